package baseline

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/wholefile"
	"github.com/plumbapi/plumb/internal/yamldoc"
)

// Read reads the baseline in a file.
func Read(name string) (*Baseline, error) {
	data, err := wholefile.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such baseline; \"plumb baseline update --baseline %s\" makes one", name, name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: the baseline cannot be read: %w", name, err)
	}
	return Parse(name, data)
}

// Parse parses a baseline. The name of its file is used in error messages,
// which also give the line.
func Parse(name string, data []byte) (*Baseline, error) {
	doc, broken := yamldoc.Parse(data)
	switch {
	case broken != nil:
		return nil, broken.In(name)
	case doc == nil:
		return New(name), nil
	}
	b := &Baseline{name: name, doc: doc}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, b.errorf(root, "a baseline is a mapping with the keys version and accepted")
	}
	if f := yamldoc.CheckKeys(root); f != nil {
		return nil, f.In(name)
	}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch key.Value {
		case "version":
			if value.Value != "1" {
				return nil, b.errorf(value, "baseline version %s is not supported; this plumb reads version 1", value.Value)
			}
		case "accepted":
			if value.Kind == yaml.ScalarNode && value.Tag == "!!null" {
				value.Kind, value.Tag, value.Value = yaml.SequenceNode, "", ""
			}
			if value.Kind != yaml.SequenceNode {
				return nil, b.errorf(value, "accepted must be a list")
			}
			b.list = value
		default:
			return nil, b.errorf(key, "unknown key %q; the keys are version and accepted", key.Value)
		}
	}
	if b.list == nil {
		return nil, b.errorf(root, "the list accepted is missing")
	}
	return b, b.readEntries()
}

func (b *Baseline) errorf(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %s", b.name, n.Line, n.Column, fmt.Sprintf(format, args...))
}

func (b *Baseline) readEntries() error {
	first := map[string]int{}
	var errs []error
	for _, n := range b.list.Content {
		e, err := b.readEntry(n)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if line := first[e.Fingerprint]; line != 0 {
			errs = append(errs, b.errorf(n, "the fingerprint %s has an entry already, in line %d", e.Fingerprint, line))
			continue
		}
		first[e.Fingerprint] = e.Line
		b.Entries = append(b.Entries, e)
	}
	return errors.Join(errs...)
}

var fingerprintForm = lazyregexp.New("^[0-9a-f]{16}$")

func (b *Baseline) readEntry(n *yaml.Node) (*Entry, error) {
	if n.Kind != yaml.MappingNode {
		return nil, b.errorf(n, "an entry is a mapping with fingerprint, rule, place, reason, owner, expires and seen")
	}
	if f := yamldoc.CheckKeys(n); f != nil {
		return nil, f.In(b.name)
	}
	e := &Entry{Line: n.Line, node: n}
	for i := 0; i < len(n.Content); i += 2 {
		if err := b.readMember(e, n.Content[i], n.Content[i+1]); err != nil {
			return nil, err
		}
	}
	switch {
	case !fingerprintForm().MatchString(e.Fingerprint):
		return nil, b.errorf(n, "the entry has no fingerprint of 16 hexadecimal digits; copy it from a JSON report")
	case e.Reason == "":
		return nil, b.errorf(n, "the entry has no reason: say why the finding is accepted")
	case e.Owner == "":
		return nil, b.errorf(n, "the entry has no owner: say who is responsible for it")
	case e.Expires.IsZero():
		return nil, b.errorf(n, "the entry has no date under expires: give the last day on which the finding is accepted, such as 2030-12-31")
	}
	return e, nil
}

func (b *Baseline) readMember(e *Entry, key, value *yaml.Node) (err error) {
	if key.Value == "place" && value.Kind == yaml.MappingNode {
		if f := yamldoc.CheckKeys(value); f != nil {
			return f.In(b.name)
		}
		for i := 0; i < len(value.Content); i += 2 {
			if err := b.readPlace(e, value.Content[i], value.Content[i+1]); err != nil {
				return err
			}
		}
		return nil
	}
	if value.Kind != yaml.ScalarNode {
		return b.errorf(value, "%s must be a single value", key.Value)
	}
	switch key.Value {
	case "fingerprint":
		e.Fingerprint = value.Value
	case "rule":
		e.Rule = value.Value
	case "reason":
		e.Reason = value.Value
	case "owner":
		e.Owner = value.Value
	case "expires":
		if e.Expires, err = ParseDate(value.Value); err != nil {
			return b.errorf(value, "expires: %v", err)
		}
	case "seen":
		if e.Seen, err = strconv.Atoi(value.Value); err != nil {
			return b.errorf(value, "seen: %q is not a count", value.Value)
		}
	default:
		return b.errorf(key, "unknown key %q; an entry has fingerprint, rule, place, reason, owner, expires and seen", key.Value)
	}
	return nil
}

func (b *Baseline) readPlace(e *Entry, key, value *yaml.Node) (err error) {
	switch key.Value {
	case "operation":
		e.Operation = value.Value
	case "status":
		if e.Status, err = strconv.Atoi(value.Value); err != nil {
			return b.errorf(value, "status: %q is not a status code", value.Value)
		}
	case "pointer":
		e.Pointer = value.Value
	default:
		return b.errorf(key, "unknown key %q; a place has operation, status and pointer", key.Value)
	}
	return nil
}

// ParseDate reads a day, such as 2030-12-31.
func ParseDate(text string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, fmt.Errorf("%q is not a date such as 2030-12-31", text)
	}
	return t, nil
}

// yaml returns the entry as a YAML node.
func (e *Entry) yaml() *yaml.Node {
	place := mapping()
	if e.Operation != "" {
		place.Content = append(place.Content, scalar("operation"), text(e.Operation))
	}
	if e.Status != 0 {
		place.Content = append(place.Content, scalar("status"), scalar(strconv.Itoa(e.Status)))
	}
	place.Content = append(place.Content, scalar("pointer"), text(e.Pointer))
	return mapping(
		"fingerprint", text(e.Fingerprint),
		"rule", text(e.Rule),
		"place", place,
		"reason", text(e.Reason),
		"owner", text(e.Owner),
		"expires", scalar(e.Expires.Format(time.DateOnly)),
		"seen", scalar(strconv.Itoa(e.Seen)),
	)
}

// set sets a member in the file, and leaves other members and comments
// unchanged.
func (e *Entry) set(key, value string) {
	for i := 0; i < len(e.node.Content); i += 2 {
		if e.node.Content[i].Value == key {
			e.node.Content[i+1].Value = value
			return
		}
	}
	e.node.Content = append(e.node.Content, scalar(key), scalar(value))
}

func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		n.Content = append(n.Content, scalar(pairs[i].(string)), pairs[i+1].(*yaml.Node))
	}
	return n
}

func scalar(value string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: value} }

// text returns a node for a string, in quotes if it would otherwise be read as
// another type.
func text(value string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(value)
	return n
}
