package recording

import (
	"bytes"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
)

// responsesKey is the line before the entries of a recorder of Python's
// responses; the first one is on the next line.
var (
	responsesKey   = regexp.MustCompile(`^responses:[ \t\r]*\n`)
	responsesStart = regexp.MustCompile(`(?m)^responses:[ \t\r]*\n[ ]*- response:`)
)

// isResponsesFile recognises what responses._recorder writes.
func isResponsesFile(o beginning) bool {
	return !o.list && o.members == nil && bytes.Contains(o.head, []byte("- response:")) && responsesStart.Match(o.head)
}

// responsesFile reads such a file, a block sequence as cassettes are.
func (r *reader) responsesFile(bool) error {
	c := &cassette{reader: r}
	for {
		line := r.src.line
		e := r.src.cut(r.lim.Entry, lines{})
		if len(e.data) == 0 && !e.large {
			return nil
		}
		if !responsesKey.Match(e.data) {
			if err := c.between(e, line); err != nil {
				return err
			}
			continue
		}
		c.inMember, c.reported = false, false
		if err := c.responses(); err != nil {
			return err
		}
	}
}

// responses reads the items of the sequence.
func (c *cassette) responses() error {
	indent := -1 // of the items, once the first is seen
	for {
		e := &entry{start: c.src.place()}
		for c.belongs(e, &indent) {
			c.src.extend(e, c.lim.Entry, lines{})
		}
		if !e.begun() {
			return c.noItems(indent < 0)
		}
		e.join()
		if err := c.give(c.responsesItem(e)); err != nil {
			return err
		}
	}
}

// responsesItem reads one response, which says of its request the method and
// the URL.
func (c *cassette) responsesItem(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{Place: e.start}
	if e.large {
		return c.tooLarge(e)
	}
	e.ended = c.src.window() != nil
	root, prefix, err := c.parseItem(e.data)
	if err != nil {
		unreadable(x, e.yamlDefect(err, prefix))
		return x
	}
	n := yamlNode{root, e, prefix}
	if len(root.Content) == 1 && root.Content[0].Kind == yaml.SequenceNode && len(root.Content[0].Content) > 0 {
		items := root.Content[0].Content
		n = n.with(items[len(items)-1])
	}
	response := n.member("response")
	if response == nil {
		return unusable(x, "response")
	}
	m := message{
		method: scalarOf(response.member("method")), url: scalarOf(response.member("url")),
		response: withContentType(headerOfNode(response.member("headers")), scalarOf(response.member("content_type"))),
	}
	m.status, _ = strconv.Atoi(scalarOf(response.member("status")))
	m.describe(x)
	c.setInteractionBody(x, response)
	if !e.ended && e.isCut(x) {
		x.Defects = nil
		unreadable(x, e.cutOff())
	}
	return x
}
