package contracttest

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// describe returns a few lines about a finding whose credentials are already
// removed.
func describe(x *plumb.Exchange, f *plumb.Finding) string {
	var b strings.Builder
	b.WriteString(f.Rule)
	if f.Pointer != "" {
		b.WriteString(" at " + f.Pointer)
	}
	b.WriteString(": " + f.Message)
	b.WriteString(shownLine("found", f.Found))
	b.WriteString(shownLine("allowed", f.Allowed))
	b.WriteString(shownLine("in", where(x, f)))
	b.WriteString(shownLine("described", report.NewPlace(f.Description).String()))
	b.WriteString(shownLine("request", curl(x)))
	return b.String()
}

// shownLine returns a line of a description, preceded by a line break, or "" if
// there is no text.
func shownLine(name, text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("\n    %-10s %s", name+":", textfmt.Printable(text))
}

// where returns the exchange that a finding belongs to, in words.
func where(x *plumb.Exchange, f *plumb.Finding) string {
	var parts []string
	switch {
	case x.Request.URL != "" && f.Line == 0:
		parts = append(parts, f.File, "exchange "+strconv.Itoa(f.Entry))
	case f.Line != 0:
		parts = append(parts, f.File+":"+strconv.Itoa(f.Line)+":"+strconv.Itoa(max(f.Column, 1)))
	default:
		parts = append(parts, f.File)
	}
	if f.Operation != "" {
		parts = append(parts, f.Operation)
	}
	if f.Status != 0 {
		parts = append(parts, "status "+strconv.Itoa(f.Status))
	}
	if f.Resource != "" {
		parts = append(parts, f.Resource)
	}
	return strings.Join(parts, ", ")
}

// requestLine returns the name of a live exchange in places. It leaves out the
// query, which may contain credentials.
func requestLine(x *plumb.Exchange) string {
	path := x.Request.URL
	if u, err := url.Parse(path); err == nil {
		path = u.EscapedPath()
	}
	return x.Request.Method + " " + path
}

// summary returns what was checked, the findings, and the parts of the
// description that were not seen.
func summary(r *report.Report) string {
	s := r.Summary
	var b strings.Builder
	fmt.Fprintf(&b, "%s; %s, %s, %s", report.ReadText(s.Exchanges, s.Checked, s.Skipped),
		textfmt.Count(s.Errors, "error"), textfmt.Count(s.Warnings, "warning"), textfmt.Count(s.Infos, "info"))
	if s.Suppressed > 0 {
		fmt.Fprintf(&b, ", %d accepted", s.Suppressed)
	}
	for _, line := range report.SkippedLines(r.Skipped, textfmt.Width) {
		b.WriteString("\n  " + line)
	}
	for _, f := range r.Findings {
		place, severity := f.Operation(), f.Severity
		if f.Pointer != "" {
			place = f.Pointer
		}
		if f.Suppressed != nil {
			severity = "accepted"
		}
		fmt.Fprintf(&b, "\n    %s %s %s: %s (%d)", severity, f.Rule, textfmt.Printable(place), f.Message, f.Count)
	}
	b.WriteString(unseen(r.Coverage))
	return b.String()
}

// unseen returns the parts of the description that were not seen. It leaves out
// schemas of which nothing was seen.
func unseen(c report.Coverage) string {
	var operations, members, values []string
	seenOperations := 0
	for _, o := range c.Operations {
		if o.Count > 0 {
			seenOperations++
		} else {
			operations = append(operations, o.Operation)
		}
	}
	used := map[string]bool{}
	for _, m := range c.Members {
		used[m.Schema] = used[m.Schema] || m.Count > 0
	}
	seenMembers, seenValues := 0, 0
	for _, m := range c.Members {
		switch {
		case m.Count > m.Null:
			seenMembers++
		case used[m.Schema]:
			members = append(members, m.Schema+m.Pointer)
		}
	}
	for _, v := range c.Values {
		switch {
		case v.Count > 0:
			seenValues++
		case used[v.Schema]:
			values = append(values, v.Schema+v.Pointer+" "+string(v.Value))
		}
	}
	return unseenLine("members", seenMembers, members) + unseenLine("values", seenValues, values) + unseenLine("operations", seenOperations, operations)
}

func unseenLine(what string, seen int, missing []string) string {
	if seen == 0 {
		return ""
	}
	line := fmt.Sprintf("\n    %s seen: %d of %d", what, seen, seen+len(missing))
	if len(missing) > 0 {
		line += "; not seen: " + textfmt.Printable(strings.Join(missing, ", "))
	}
	return line
}

// nothingChecked returns why nothing was checked, and what to do.
func nothingChecked(r *report.Report) string {
	if len(r.Skipped) == 0 {
		return "no exchange was seen; make the requests with this client, or to this handler"
	}
	var reasons []string
	for _, s := range r.Skipped {
		reasons = append(reasons, textfmt.Printable(s.Reason))
	}
	return strings.Join(reasons, "; ") + "; WithSpec names the description to check against, and WithServer its server"
}
