package recording

import (
	"bytes"
	"iter"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// cassetteKey matches the line before the interactions of a cassette, or the
// first line of a cassette in the flow style.
var cassetteKey = lazyregexp.New(`^(?:\{\s*)?(?:http_)?interactions:`)

// cassetteYAML reads a cassette: a mapping with the interactions in one of its
// members, or, from php-vcr and VCR 1, a sequence of interactions.
func (r *reader) cassetteYAML() error {
	return r.yamlSequence(cassetteKey(), func(n yamlNode, x *plumb.Exchange) { r.interaction(n, x) })
}

// yamlSequence reads the items of a block sequence, which is either the whole
// recording or a member of it that follows a line matching key. All items begin
// with "- " at the same indentation, and everything within an item is indented
// further: so indentation alone shows where an item ends.
func (r *reader) yamlSequence(key *regexp.Regexp, read func(yamlNode, *plumb.Exchange)) error {
	c := &cassette{reader: r, read: read}
	for atStart := true; ; {
		if atStart && c.atItem() {
			atStart = false
			if err := c.items(); err != nil {
				return err
			}
		}
		line := r.src.line
		e := r.src.cut(r.lim.Entry, lineScanner{})
		if len(e.data) == 0 && !e.large {
			return nil
		}
		atStart = atStart && (ignored().Match(e.data) || bytes.HasPrefix(e.data, []byte("---")))
		if !key.Match(e.data) {
			if err := c.between(e, line); err != nil {
				return err
			}
			continue
		}
		if err := c.sequence(e); err != nil {
			return err
		}
	}
}

// atItem reports whether the next line begins an item of a sequence that is
// the cassette itself.
func (c *cassette) atItem() bool {
	_, content, ok := c.src.indentation()
	return ok && isItem(content)
}

// isItem reports whether a line, its indentation aside, begins an item.
func isItem(content []byte) bool {
	return len(content) > 0 && content[0] == '-' && (len(content) == 1 || bytes.IndexByte([]byte(" \t\r\n"), content[1]) >= 0)
}

// cassette is the state of reading one cassette.
type cassette struct {
	*reader
	read     func(yamlNode, *plumb.Exchange) // reads an item
	scout    itemReader                      // it reads no items with anchors or aliases
	anchored []byte                          // the items so far that have anchors, for the aliases of later ones
	inMember bool                            // the last line belonged to another member of the cassette
	reported bool                            // the unexpected lines here are reported already
}

// Lines of a cassette outside of its interactions: other members and document
// separators; lines within a member; blank lines and comments.
var (
	otherMember = lazyregexp.New(`^(?:[\w"'][^#]*:|---|\.\.\.|%)`)
	indented    = lazyregexp.New(`^[ \t]+\S`)
	ignored     = lazyregexp.New(`^[ \t]*(?:#|\r?\n?$)`)
)

// between reads a line outside of the interactions. It reports the first of
// several unexpected lines; the message covers those after it.
func (c *cassette) between(e *entry, line int) error {
	switch {
	case !e.large && (ignored().Match(e.data) || c.inMember && indented().Match(e.data)):
		return nil
	case otherMember().Match(e.data):
		c.inMember, c.reported = true, false
		return nil
	case c.reported:
		return nil
	}
	c.inMember, c.reported = false, true
	return c.giveDefect(plumb.Defect{
		Rule: "capture-unreadable", Message: "this line is neither an interaction nor a member of the cassette; it and similar lines after it are lost",
		Place: plumb.Place{Line: line, Column: 1},
	})
}

// sequence reads the interactions that follow the line with their key.
func (c *cassette) sequence(key *entry) error {
	c.inMember, c.reported = false, false
	_, value, _ := bytes.Cut(key.data, []byte(":"))
	value = bytes.TrimSpace(value)
	switch {
	case len(value) == 0, value[0] == '#':
	case string(value) == "[]", string(value) == "~", string(value) == "null":
		return nil
	default:
		c.reported = true // the message covers the lines below, too
		return c.giveDefect(plumb.Defect{
			Rule: "capture-unreadable", Message: "the interactions are not written as a block sequence, one item below the other, and are lost; write the cassette in the block style",
			Place: key.start,
		})
	}
	return c.items()
}

// items reads the items of a block sequence.
func (c *cassette) items() error {
	indent := -1 // indentation of the items; -1 before the first one
	for {
		e := c.newEntry()
		for c.belongs(e, &indent) {
			c.src.extend(e, c.lim.Entry, lineScanner{})
		}
		if !e.begun() {
			return c.noItems(indent < 0)
		}
		c.finish(e)
		e.ended = c.src.window() != nil
		if err := c.take(e); err != nil {
			return err
		}
	}
}

// take reads an item, now if it may have to do with other items or the end of
// the recording.
func (c *cassette) take(e *entry) error {
	switch {
	case e.large:
		return c.give(c.tooLarge(e))
	case e.ended && c.isIndependent(e.data):
		return c.parseLater(e, c.item)
	}
	x := &plumb.Exchange{Place: e.start}
	root, prefix, err := c.parseAnchored(e.data)
	c.itemOf(x, e, root, prefix, err)
	if !e.ended && e.isCut(x) {
		x.Defects = nil
		unreadable(x, e.cutOff())
	}
	if c.isBrokenOff(e) && len(x.Defects) > 0 {
		return nil
	}
	return c.give(x)
}

// isIndependent reports whether an item has nothing to do with the anchors of
// others, and has none itself.
func (c *cassette) isIndependent(text []byte) bool {
	return len(c.anchored) == 0 && !bytes.Contains(text, []byte(" &")) || c.scout.read(text, nil) != nil
}

// noItems reports a recording that ends where its first item should be.
func (c *cassette) noItems(expected bool) error {
	if expected && c.src.window() == nil {
		return c.misplaced("an interaction", "")
	}
	return nil
}

// belongs reports whether the next line belongs to the item, which may have no
// lines yet. Blank lines and comments before an item are not part of it.
func (c *cassette) belongs(e *entry, indent *int) bool {
	for {
		n, content, ok := c.src.indentation()
		if !ok {
			return false
		}
		if len(content) == 0 {
			content = []byte("\n") // a line of more spaces than are examined
		}
		isItem := isItem(content)
		isBlank := bytes.IndexByte([]byte("#\r\n"), content[0]) >= 0
		if *indent < 0 && isItem {
			*indent = n
		}
		switch {
		case isBlank && e.begun():
			return true
		case isBlank:
			c.src.cut(0, lineScanner{})
		case e.begun():
			return n > *indent
		default:
			e.start = c.src.place()
			e.start.Column += n
			return isItem && n == *indent
		}
	}
}

// item reads one interaction that has nothing to do with others.
func (c *cassette) item(_ *reader, e *entry) *plumb.Exchange {
	x := e.exchange()
	x.Place = e.start
	if e.memory != nil {
		if n := e.memory.item.read(e.data, cassetteBody); n != nil {
			c.read(yamlNode{n, e, 0}, x)
			return x
		}
	}
	root, err := parseYAML(e.data)
	c.itemOf(x, e, root, 0, err)
	return x
}

// itemOf makes an exchange of what was parsed of an item.
func (c *cassette) itemOf(x *plumb.Exchange, e *entry, root *yaml.Node, prefix int, err error) {
	if err != nil {
		unreadable(x, e.yamlDefect(err, prefix))
		return
	}
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.SequenceNode || len(root.Content[0].Content) == 0 {
		unreadable(x, plumb.Defect{Rule: "capture-unreadable", Message: "the item is not an interaction", Place: e.start})
		return
	}
	sequence := root.Content[0].Content
	c.read(yamlNode{sequence[len(sequence)-1], e, prefix}, x)
}

// isCut reports whether the last item of a recording was cut off. A recorder
// ends a file with a line feed; without one, incomplete JSON in a body was not
// sent like that, but cut off.
func (e *entry) isCut(x *plumb.Exchange) bool {
	if bytes.HasSuffix(e.data, []byte("\n")) {
		return false
	}
	if len(x.Defects) > 0 {
		return true
	}
	body := x.Response.Body
	_, faults := jsonvalue.Parse(body.Bytes, maxDepth)
	return body.Missing != "" || len(body.Bytes) > 0 && len(faults) > 0 && faults[len(faults)-1].Kind == jsonvalue.Truncated
}

// cassetteBody leads to the body of an interaction in the cassettes of most
// libraries; in those of others, the body is read as everything else is.
var cassetteBody = []string{"response", "body", "string"}

func parseYAML(text []byte) (*yaml.Node, error) {
	root := &yaml.Node{}
	err := yaml.Unmarshal(text, root)
	return root, err
}

// parseAnchored parses an item that may have to do with others. prefix is how
// many lines of earlier items were parsed before it, for the anchors that it
// refers to.
func (c *cassette) parseAnchored(text []byte) (root *yaml.Node, prefix int, err error) {
	root, err = parseYAML(text)
	if err != nil && strings.Contains(err.Error(), "unknown anchor") && len(c.anchored) > 0 {
		prefix = bytes.Count(c.anchored, []byte("\n"))
		root, err = parseYAML(append(bytes.Clone(c.anchored), text...))
	}
	if err == nil && bytes.Contains(text, []byte(" &")) && hasAnchor(root, 0) && len(c.anchored)+len(text) <= anchoredLimit {
		c.anchored = append(c.anchored, text...)
		if !bytes.HasSuffix(text, []byte("\n")) {
			c.anchored = append(c.anchored, '\n')
		}
	}
	return root, prefix, err
}

// anchoredLimit is how many bytes of earlier items are kept for their anchors.
// They are parsed again for each item that refers to one.
const anchoredLimit = 1 << 20

func hasAnchor(n *yaml.Node, depth int) bool {
	if n.Anchor != "" {
		return true
	}
	for _, inner := range n.Content {
		if depth < maxDepth && hasAnchor(inner, depth+1) {
			return true
		}
	}
	return false
}

var yamlErrorLine = lazyregexp.New(`^(?:yaml: )?line (\d+): `)

// yamlDefect returns the defect of an item that is not valid YAML.
func (e *entry) yamlDefect(err error, prefix int) plumb.Defect {
	if !e.ended && strings.Contains(err.Error(), "unexpected end of stream") {
		return e.cutOff()
	}
	d := plumb.Defect{
		Rule: "capture-unreadable", Message: "the interaction is not valid YAML",
		Found: strings.TrimPrefix(err.Error(), "yaml: "), Place: plumb.Place{Line: e.start.Line},
	}
	if m := yamlErrorLine().FindStringSubmatch(err.Error()); m != nil {
		d.Found = err.Error()[len(m[0]):]
		line, _ := strconv.Atoi(m[1])
		d.Place.Line += max(0, min(line-1-prefix, bytes.Count(e.data, []byte("\n"))))
	}
	return d
}

// yamlNode is a part of a cassette that is written in YAML.
type yamlNode struct {
	*yaml.Node
	e      *entry
	prefix int // lines that were parsed before those of e
}

func (n yamlNode) entry() *entry { return n.e }

func (n yamlNode) with(inner *yaml.Node) yamlNode {
	for inner.Kind == yaml.AliasNode {
		inner = inner.Alias
	}
	return yamlNode{inner, n.e, n.prefix}
}

func (n yamlNode) member(name string) node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key, _ := n.with(n.Content[i]).scalar(); key == name {
			return n.with(n.Content[i+1])
		}
	}
	return nil
}

func (n yamlNode) members() iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(scalarOf(n.with(n.Content[i])), n.with(n.Content[i+1])) {
				return
			}
		}
	}
}

func (n yamlNode) items() []node {
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	var items []node
	for _, inner := range n.Content {
		items = append(items, n.with(inner))
	}
	return items
}

// scalar returns the text of a scalar. Some versions of Psych, the YAML library
// of Ruby, write the tag of binary data with one exclamation mark.
func (n yamlNode) scalar() (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		return "", false
	case n.isBinary():
		if data, err := decodeBase64(n.Value); err == nil {
			return string(data), true
		}
	}
	return n.Value, true
}

func (n yamlNode) isBinary() bool { return n.Tag == "!!binary" || n.Tag == "!binary" }
