package format

import "strings"

// style marks texts with ANSI colours, or not.
type style bool

func (s style) bold(text string) string  { return s.sgr("1", text) }
func (s style) frame(text string) string { return s.sgr("34", text) }
func (s style) good(text string) string  { return s.sgr("32", text) }

func (s style) severity(severity, text string) string {
	switch severity {
	case "error":
		return s.sgr("1;31", text)
	case "warning":
		return s.sgr("1;33", text)
	}
	return s.sgr("1;36", text)
}

// sgr marks text line by line, so that what is cut out of it stays closed.
func (s style) sgr(code, text string) string {
	if !s || text == "" {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = "\x1b[" + code + "m" + line + "\x1b[0m"
	}
	return strings.Join(lines, "\n")
}
