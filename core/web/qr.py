"""QR codes as inline SVG."""

import io

import segno
from markupsafe import Markup


def qr_svg(text: str, *, title: str, border: int = 4) -> Markup:
    """A QR code of `text` in navy on white with a quiet zone of `border` modules; scales with its box."""
    code = segno.make(text, error="m", micro=False)
    buffer = io.BytesIO()
    size = code.symbol_size(border=border)[0]
    code.save(
        buffer,
        kind="svg",
        border=border,
        dark="#031F3F",
        light="#FFFFFF",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        title=title,
        svgclass="qr",
        lineclass=None,
    )
    svg = buffer.getvalue().decode()
    return Markup(svg.replace("<svg ", f'<svg role="img" data-modules="{size}" ', 1))
