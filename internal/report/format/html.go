package format

import (
	"bufio"
	"io"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/report"
)

// htmlPage is what the HTML report shows.
type htmlPage struct {
	*report.Report
	Findings  []htmlFinding
	Blocks    []htmlBlock   // all of Findings
	Drift     []htmlFinding // of Findings
	Lives     []htmlLife
	Filters   []filter
	Resources []string // to choose from
}

type htmlFinding struct {
	*report.Finding
	Anchor    string // id of its element
	Rule      report.Rule
	Row       row      // in its block; zero where it is the only one
	Resources []string // of its occurrences
}

// htmlBlock is a block of findings; most often it is one finding.
type htmlBlock struct {
	Findings []htmlFinding
	Rule     report.Rule
	Remedy   string
	Count    int
}

type htmlLife struct {
	*report.Resource
	Timeline *timeline // nil where no time is known
	Findings []block   // of each rule
}

// filter is a choice of findings by one of their properties.
type filter struct {
	Name   string
	Values []string
}

// writeHTML writes one page that is complete: it fetches nothing, and nothing
// in it runs but its own script.
func writeHTML(w io.Writer, r *report.Report, view View) error {
	h := &htmlWriter{bufio.NewWriter(w)}
	h.page(newPage(r, view))
	return h.w.Flush()
}

func newPage(r *report.Report, view View) *htmlPage {
	p := &htmlPage{Report: r}
	p.addFindings()
	p.addBlocks(View{Full: view.Full})
	p.addLives()
	return p
}

func (p *htmlPage) addFindings() {
	severity, rule, operation := filter{Name: "severity"}, filter{Name: "rule"}, filter{Name: "operation"}
	anchors := map[string]int{}
	for i := range p.Report.Findings {
		f := &p.Report.Findings[i]
		h := htmlFinding{Finding: f, Anchor: anchor(f), Rule: ruleOf(p.Report, f)}
		if anchors[h.Anchor]++; anchors[h.Anchor] > 1 {
			h.Anchor += "-" + strconv.Itoa(anchors[h.Anchor])
		}
		for j := range f.Occurrences {
			h.Resources = insert(h.Resources, f.Occurrences[j].Resource)
		}
		severity.Values = insert(severity.Values, h.Grade())
		rule.Values = insert(rule.Values, f.Rule)
		for _, name := range h.Names() {
			operation.Values = insert(operation.Values, name)
		}
		p.Findings = append(p.Findings, h)
		if f.Severity == "warning" && groupOf(f.Rule) != "capture" || groupOf(f.Rule) == "drift" {
			p.Drift = append(p.Drift, h)
		}
	}
	slices.Sort(rule.Values)
	slices.Sort(operation.Values)
	p.Filters = []filter{severity, rule, operation}
}

// addBlocks puts the findings into blocks.
func (p *htmlPage) addBlocks(view View) {
	var all []*report.Finding
	byFinding := map[*report.Finding]htmlFinding{}
	for _, h := range p.Findings {
		all = append(all, h.Finding)
		byFinding[h.Finding] = h
	}
	for _, b := range blocks(all, view) {
		shown := htmlBlock{Rule: ruleOf(p.Report, b[0]), Count: b.count()}
		shown.Remedy = b.remedy(shown.Rule.Fix)
		var rows []row
		if len(b) > 1 {
			rows = b.rows()
		}
		for i, f := range b {
			h := byFinding[f]
			if rows != nil {
				h.Row = rows[i]
			}
			shown.Findings = append(shown.Findings, h)
		}
		p.Blocks = append(p.Blocks, shown)
	}
}

// Grade is the severity, or that the baseline accepts the finding.
func (f htmlFinding) Grade() string {
	if f.Suppressed != nil {
		return "accepted"
	}
	return f.Severity
}

// Standing is what the baseline has on the finding; empty where it has nothing.
func (f htmlFinding) Standing() string {
	switch {
	case f.Suppressed != nil:
		return "accepted"
	case f.Expired != nil:
		return "no longer accepted"
	}
	return ""
}

// Names are the operations that the finding occurs in.
func (f htmlFinding) Names() []string {
	var names []string
	for _, o := range f.Operations {
		names = insert(names, o.Operation)
	}
	return names
}

func (p *htmlPage) addLives() {
	findings := map[string]*report.Finding{}
	for i := range p.Report.Findings {
		f := &p.Report.Findings[i]
		findings[f.Fingerprint] = f
	}
	for i := range p.Report.Resources {
		r := &p.Report.Resources[i]
		life := htmlLife{Resource: r, Timeline: newTimeline(r, findings)}
		for _, fingerprint := range r.Findings {
			f := findings[fingerprint]
			if f == nil {
				continue
			}
			i := slices.IndexFunc(life.Findings, func(b block) bool { return b[0].Rule == f.Rule && b[0].Severity == f.Severity })
			if i < 0 {
				i = len(life.Findings)
				life.Findings = append(life.Findings, nil)
			}
			life.Findings[i] = append(life.Findings[i], f)
		}
		p.Lives = append(p.Lives, life)
		p.Resources = insert(p.Resources, r.ID)
	}
}

// insert appends s to all, unless it is there or empty.
func insert(all []string, s string) []string {
	if s == "" || slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// anchor is the id of a finding's element: the same in every report.
func anchor(f *report.Finding) string { return "f-" + f.Fingerprint }
