/** From a vector picture to pixels. */

/** Draws the SVG document over the whole canvas. @throws Error when the browser cannot read it */
export async function paintSvg(canvas: HTMLCanvasElement, svg: string): Promise<void> {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser gives no canvas to draw on');
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The picture as PNG, `ratio` pixels for each CSS px. */
export async function pngOf(svg: string, width: number, height: number, ratio: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  await paintSvg(canvas, svg);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('this browser could not make a PNG of that size');
  return blob;
}
