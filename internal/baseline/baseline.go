// Package baseline reads and writes baselines: YAML files of findings that are
// accepted until a date, which are meant to be reviewed in pull requests.
package baseline

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/report"
)

// Baseline is a file of accepted findings.
type Baseline struct {
	Entries []*Entry // in the order of the file

	name string
	doc  *yaml.Node // the YAML document, which is edited in place so that comments are kept
	list *yaml.Node // the value of its member "accepted"
}

// Entry is one accepted finding.
type Entry struct {
	Fingerprint string // identifies the finding
	Rule        string
	Operation   string // for a finding about a response as a whole; empty if it occurred in several operations
	Status      int    // likewise; 0 if there are several
	Pointer     string
	Reason      string    // why it is accepted
	Owner       string    // who is responsible for it
	Expires     time.Time // midnight UTC of the last day on which it is accepted
	Seen        int       // how often the finding occurred when the entry was last updated

	Line int // in the file, from 1
	node *yaml.Node
}

// Expired reports whether the last day of the entry has passed.
func (e *Entry) Expired(now time.Time) bool { return !now.Before(e.Expires.AddDate(0, 0, 1)) }

// Overdue says, for an entry that has expired, what it accepted, who accepted it,
// why and until when.
func (e *Entry) Overdue() string {
	return fmt.Sprintf("%s at %s, accepted by %s (%s), has expired (%s): fix it, or give it a new date",
		e.Rule, e.Place(), e.Owner, e.Reason, e.Expires.Format(time.DateOnly))
}

// Place says where the finding is: "cancelBatch 200 /errors".
func (e *Entry) Place() string {
	var parts []string
	if e.Operation != "" {
		parts = append(parts, e.Operation)
	}
	if e.Status != 0 {
		parts = append(parts, strconv.Itoa(e.Status))
	}
	if e.Pointer != "" {
		parts = append(parts, e.Pointer)
	}
	if len(parts) == 0 {
		return "the whole body"
	}
	return strings.Join(parts, " ")
}

// head is the comment at the beginning of a new file.
const head = `Findings that are accepted until they expire; the date is the last day.
plumb baseline update adds new ones, plumb baseline prune removes those that no longer occur.`

// New returns an empty baseline for a file of that name.
func New(name string) *Baseline {
	b := &Baseline{name: name, list: &yaml.Node{Kind: yaml.SequenceNode}}
	root := mapping("version", scalar("1"))
	root.Content[0].HeadComment = head
	root.Content = append(root.Content, scalar("accepted"), b.list)
	b.doc = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}
	return b
}

// Apply marks the findings of the report that the baseline accepts. It returns
// the entries that have expired although their finding still occurs, and those
// whose finding no longer occurs.
func (b *Baseline) Apply(r *report.Report, now time.Time) (expired, gone []*Entry) {
	findings := map[string]*report.Finding{}
	for i := range r.Findings {
		findings[r.Findings[i].Fingerprint] = &r.Findings[i]
	}
	for _, e := range b.Entries {
		f := findings[e.Fingerprint]
		a := &report.Acceptance{Reason: e.Reason, Owner: e.Owner, Expires: e.Expires.Format(time.DateOnly)}
		switch {
		case f == nil:
			gone = append(gone, e)
		case e.Expired(now):
			expired = append(expired, e)
			f.Expired = a
		default:
			r.Suppress(f, a)
		}
	}
	return expired, gone
}

// Find returns the entry of the finding with that fingerprint, or nil.
func (b *Baseline) Find(fingerprint string) *Entry {
	for _, e := range b.Entries {
		if e.Fingerprint == fingerprint {
			return e
		}
	}
	return nil
}

// entries returns the entries by their fingerprints.
func (b *Baseline) entries() map[string]*Entry {
	known := make(map[string]*Entry, len(b.Entries))
	for _, e := range b.Entries {
		known[e.Fingerprint] = e
	}
	return known
}

// Terms are what all new entries of an update have in common.
type Terms struct {
	Reason, Owner string
	Expires       time.Time
}

// Update brings the counts up to date, and adds an entry for each finding that
// has none. It returns how many were added.
func (b *Baseline) Update(findings []report.Finding, t Terms) (added int) {
	known := b.entries()
	for _, f := range findings {
		if e := known[f.Fingerprint]; e != nil {
			e.Seen = f.Count
			e.set("seen", strconv.Itoa(f.Count))
			continue
		}
		e := &Entry{
			Fingerprint: f.Fingerprint, Rule: f.Rule, Pointer: f.Pointer,
			Reason: t.Reason, Owner: t.Owner, Expires: t.Expires, Seen: f.Count,
		}
		if f.Pointer == "" {
			e.Operation, e.Status = f.Operation(), f.Status()
		}
		e.node = e.yaml()
		b.Entries = append(b.Entries, e)
		added++
	}
	b.arrange()
	return added
}

// Missing returns those of the findings that have no entry.
func (b *Baseline) Missing(findings []report.Finding) []report.Finding {
	known := b.entries()
	return slices.DeleteFunc(slices.Clone(findings), func(f report.Finding) bool {
		return known[f.Fingerprint] != nil
	})
}

// Prune removes the entries whose finding is not among the findings, and
// returns them.
func (b *Baseline) Prune(findings []report.Finding) (gone []*Entry) {
	occurs := map[string]bool{}
	for _, f := range findings {
		occurs[f.Fingerprint] = true
	}
	b.Entries = slices.DeleteFunc(b.Entries, func(e *Entry) bool {
		if !occurs[e.Fingerprint] {
			gone = append(gone, e)
		}
		return !occurs[e.Fingerprint]
	})
	b.arrange()
	return gone
}

// arrange sorts the entries by rule, pointer, operation and status.
func (b *Baseline) arrange() {
	slices.SortStableFunc(b.Entries, func(a, c *Entry) int {
		return cmp.Or(cmp.Compare(a.Rule, c.Rule), cmp.Compare(a.Pointer, c.Pointer), cmp.Compare(a.Operation, c.Operation),
			cmp.Compare(a.Status, c.Status), cmp.Compare(a.Fingerprint, c.Fingerprint))
	})
	b.list.Content = nil
	for _, e := range b.Entries {
		b.list.Content = append(b.list.Content, e.node)
	}
}

// Bytes returns the content of the file: one block for each entry, with an
// empty line between them.
func (b *Baseline) Bytes() ([]byte, error) {
	b.list.Style = 0 // block style, also for a list that was empty
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := enc.Encode(b.doc); err != nil {
		return nil, fmt.Errorf("%s: %w", b.name, err)
	}
	var out strings.Builder
	comment := false // the previous line is a comment of the next entry
	first := false   // the previous line is the key of the list
	for i, line := range strings.SplitAfter(buf.String(), "\n") {
		begins := strings.HasPrefix(line, "  - ")
		if own := strings.HasPrefix(line, "  #"); i > 0 && (begins || own) && !comment && !first {
			out.WriteString("\n")
		}
		first = strings.HasPrefix(line, "accepted:")
		comment = strings.HasPrefix(line, "  #")
		out.WriteString(line)
	}
	return []byte(out.String()), nil
}
