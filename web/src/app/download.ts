/** Files that the page hands out, made in the page: no server has a part in it. */

/** Saves `blob` under `name`. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The download has the data by then; a browser that still asks would find nothing.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves text of a type, UTF-8. */
export function saveText(text: string, type: string, name: string): void {
  save(new Blob([text], { type: `${type};charset=utf-8` }), name);
}

/** The picture that `svg` draws, `scale` pixels to each of its own. */
export async function rasterised(svg: string, width: number, height: number, scale: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml;charset=utf-8" }));
  try {
    const image = new Image();
    image.width = width;
    image.height = height;
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser gives the page no canvas to draw on");
    context.scale(scale, scale);
    context.drawImage(image, 0, 0, width, height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("this browser made no PNG of the chart"))),
        "image/png",
      );
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
