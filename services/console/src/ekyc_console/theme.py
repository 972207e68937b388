"""Light and dark, as Streamlit options: quiet colours whose text has a contrast of at least 4.5 to its ground."""

_LIGHT = {
    "primaryColor": "#0b57a4",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f1f3f7",
    "textColor": "#1c2129",
    "linkColor": "#0b57a4",
    "borderColor": "#c4c9d2",
}
_DARK = {
    "primaryColor": "#5aa2f0",
    "backgroundColor": "#0e1117",
    "secondaryBackgroundColor": "#1d232d",
    "textColor": "#f0f2f6",
    "linkColor": "#8ec5ff",
    "borderColor": "#4a5260",
}

THEME: dict[str, str] = {
    f"theme_{name}_{option}": colour
    for name, colours in (("light", _LIGHT), ("dark", _DARK))
    for option, colour in colours.items()
}
