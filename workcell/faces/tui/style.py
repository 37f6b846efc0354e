"""How the list looks: the terminal's own colours, so that it fits light, dark, sixteen colours and none."""

# Textual draws scrollbars in black whatever NO_COLOR says, so there are none.
STYLE = """
Screen, OptionList, VerticalScroll, Static, RichLog, Input {
    background: ansi_default;
    color: ansi_default;
    background-tint: transparent;
    scrollbar-size-vertical: 0;
}
#head { height: 1; }
#runs { height: 1fr; border: none; padding: 0; }
#runs:focus { background-tint: transparent; }
OptionList > .option-list--option-disabled { color: ansi_default; }
OptionList > .option-list--option-highlighted,
OptionList:focus > .option-list--option-highlighted {
    background: ansi_default;
    color: ansi_default;
    text-style: reverse;
}
#detail { height: 40%; border-top: solid ansi_bright_black; }
#said { height: auto; max-height: 4; display: none; text-style: bold; }
#filter { height: 1; border: none; padding: 0; display: none; }
.bar { height: 1; text-style: reverse; }
.low #detail { display: none; }
#text { height: 1fr; }
Question { align: center middle; background: ansi_default; }
#question { width: auto; max-width: 90%; height: auto; border: solid ansi_default; padding: 0 1; }
"""
