package format

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

// The colours of the pictured terminal, by the codes that style uses.
var terminalColors = map[string]string{
	"31": "#ff8d85", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "36": "#56d4dd",
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m([^\x1b]*)")

// terminalImage draws what a terminal shows of a command and its output, as
// SVG.
func terminalImage(command, output string) string {
	const columns, width, height, margin = 100, 8.4, 19, 16
	lines := append([]string{"\x1b[1m$ " + command + "\x1b[0m", ""}, strings.Split(strings.TrimRight(output, "\n"), "\n")...)
	var b strings.Builder
	w, h := columns*width+2*margin, len(lines)*height+2*margin
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" viewBox=\"0 0 %.0f %d\" role=\"img\" aria-label=\"the text report in a terminal\">\n", w, h, w, h)
	fmt.Fprintf(&b, "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#0d1117\"/>\n")
	b.WriteString("<g fill=\"#e6edf3\" font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\">\n")
	for i, line := range lines {
		if line == "" {
			continue
		}
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\">%s</text>\n", margin, margin+14+i*height, spans(line))
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// spans makes spans of the coloured parts of a line.
func spans(line string) string {
	var b strings.Builder
	for _, m := range sgr.FindAllStringSubmatch("\x1b[0m"+line, -1) {
		text := strings.ReplaceAll(html.EscapeString(m[2]), " ", "\u00a0") // which renderers do not join
		attributes := ""
		for _, code := range strings.Split(m[1], ";") {
			if code == "1" {
				attributes += ` font-weight="bold"`
			} else if color := terminalColors[code]; color != "" {
				attributes += fmt.Sprintf(` fill="%s"`, color)
			}
		}
		switch {
		case text == "":
		case attributes == "":
			b.WriteString(text)
		default:
			fmt.Fprintf(&b, "<tspan%s>%s</tspan>", attributes, text)
		}
	}
	return b.String()
}
