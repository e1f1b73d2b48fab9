"""Drawings of the report: plain SVG coloured by the page's style sheet, so that they follow light, dark and print."""
