package recording

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

var jsonFormat = Format{
	Name:   "JSON",
	Of:     "one bare body, or an array of them",
	Sign:   "anything else that begins with `{` or `[`",
	Record: "`curl -s URL > body.json`.",
	Notes:  "There is no request and no time.",

	recognises: isJSON,
	read:       (*reader).jsonValues,
}

// container is a JSON object with an array of entries somewhere in it.
type container struct {
	path  []string // names of the members that lead to the array
	parse func(*reader, *entry) *plumb.Exchange
}

// isJSON recognises JSON that is in none of the other formats: an object or a
// list. It excludes the title of a section of an INI or TOML file, which looks
// like a list.
func isJSON(b beginning) bool {
	_, _, more := bytes.Cut(b.head, []byte("\n"))
	return b.isJSON() && !(more && sectionTitle().Match(b.firstLine()))
}

var sectionTitle = lazyregexp.New(`^\[+[A-Za-z][^"{}\[\]]*\]+[ \t\r]*(?:[#;].*)?$`)

// jsonValues reads JSON values one after the other, each beginning on a line
// of its own.
func (r *reader) jsonValues() error {
	for {
		c, ok := r.src.next()
		if !ok {
			return nil
		}
		if err := r.jsonValue(c); err != nil {
			return err
		}
	}
}

// enoughHead is how many bytes suffice to see whether a list consists of
// objects.
const enoughHead = 4 << 10

// jsonValue reads the value that begins with c.
func (r *reader) jsonValue(c byte) error {
	head := r.src.window()
	if len(head) < enoughHead { // peeking further each time would copy a lot
		head, _ = r.src.head()
	}
	// Only objects are separate bodies: [1, 2] is one body.
	if c == '[' && bytes.HasPrefix(trimSpace(head[1:]), []byte("{")) {
		r.src.advance(1)
		_, err := r.elements((*reader).element)
		return err
	}
	e := r.src.cut(r.lim.Entry, &textScanner{})
	return r.give(r.exchangeOrBody(e))
}

// container reads the entries of a container and skips the rest of it.
func (r *reader) container(c *container) error {
	start := r.src.place()
	found := false
	ok, err := r.descend(c, c.path, &found)
	if err != nil || !ok {
		return err
	}
	if !found {
		return r.giveDefect(plumb.Defect{
			Rule: "capture-unreadable", Message: "there is no array " + strings.Join(c.path, "."), Place: start,
		})
	}
	return nil
}

// descend skips the object that comes next, but for the entries to which path
// leads, which it reads. It returns false after a fault that hides the rest.
func (r *reader) descend(c *container, path []string, found *bool) (bool, error) {
	r.src.advance(1) // the opening bracket
	if next, ok := r.src.next(); ok && next == '}' {
		r.src.advance(1)
		return true, nil
	}
	for {
		if next, ok := r.src.next(); !ok || next != '"' {
			return false, r.lost("a member name in quotes")
		}
		name := r.src.cut(r.lim.Entry, &valueScanner{})
		if next, ok := r.src.next(); !ok || next != ':' {
			return false, r.lost("a colon")
		}
		r.src.advance(1)
		next, ok := r.src.next()
		if !ok || delimits(next) && next != '"' {
			return false, r.lost("a value")
		}
		switch here := string(name.data) == `"`+path[0]+`"`; {
		case here && len(path) > 1 && next == '{':
			if ok, err := r.descend(c, path[1:], found); err != nil || !ok {
				return false, err
			}
		case here && len(path) == 1 && next == '[':
			*found = true
			r.src.advance(1)
			if ok, err := r.elements(c.parse); err != nil || !ok {
				return false, err
			}
		default:
			r.src.cut(0, &valueScanner{})
		}
		next, ok = r.src.next()
		if !ok || next != ',' && next != '}' {
			return false, r.lost("a comma or the closing '}'")
		}
		r.src.advance(1)
		if next == '}' {
			return true, nil
		}
	}
}

// lost reports that the next byte is not the expected one, and skips to the
// end: outside of the entries, nothing shows where to continue.
func (r *reader) lost(expected string) error {
	err := r.misplaced(expected, "what comes after it is lost")
	for b := r.src.window(); b != nil && err == nil; b = r.src.window() {
		r.src.advance(len(b))
	}
	return err
}

// misplaced reports that the next byte is not the expected one.
func (r *reader) misplaced(expected, consequence string) error {
	b := r.src.window()
	d := plumb.Defect{Place: r.src.place()}
	if b == nil {
		d.Rule, d.Message = "capture-truncated", "the recording ends where "+expected+" was expected"
		if r.src.err != nil {
			return nil // the caller reports that error
		}
	} else {
		d.Rule, d.Message, d.Found = "capture-unreadable", expected+" was expected here; "+consequence, strconv.QuoteRune(firstRune(b))
	}
	return r.giveDefect(d)
}

// firstRune returns the first character of text. No more of the text is shown,
// since it may be part of a credential.
func firstRune(text []byte) rune {
	r, _ := utf8.DecodeRune(text)
	return r
}

// elements reads the rest of an array, after its opening bracket, and adds an
// exchange for each element. It returns false if the stream ends within the
// array.
func (r *reader) elements(parse func(*reader, *entry) *plumb.Exchange) (bool, error) {
	if c, ok := r.src.next(); ok && c == ']' {
		r.src.advance(1)
		return true, nil
	}
	for {
		c, ok := r.src.next()
		isValue := ok && (!delimits(c) || c == '"')
		if isValue {
			e := r.cutValue()
			if err := r.parseLater(e, parse); err != nil || !e.ended {
				return false, err
			}
		} else if err := r.misplaced("an entry", "the next one is looked for"); err != nil || !ok {
			return false, err
		}
		if more, ok, err := r.separator(isValue); !more {
			return ok, err
		}
	}
}

// cutValue cuts out a value. Its text is usually a part of the text of the
// block.
func (r *reader) cutValue() *entry {
	e := r.newEntry()
	r.src.extend(e, r.lim.Entry, &valueScanner{})
	r.finish(e)
	return e
}

// newEntry returns an entry whose text becomes a part of the text of the block
// if there is room.
func (r *reader) newEntry() *entry {
	b := r.open()
	b.makeRoom()
	from := len(b.text)
	return &entry{start: r.src.place(), parts: [][]byte{b.text[from:from]}}
}

// finish ends an entry from newEntry.
func (r *reader) finish(e *entry) {
	if b := r.block; !e.large {
		b.text = b.text[:min(len(b.text)+e.size, cap(b.text))]
	}
	e.join()
}

// separator skips what follows an element. If that is neither a comma nor the
// end of the array, it skips to what is most likely one of them.
func (r *reader) separator(report bool) (more, closed bool, err error) {
	if c, ok := r.src.next(); !ok || c != ',' && c != ']' {
		if report {
			if err = r.misplaced("a comma or the closing ']'", "the next entry is looked for"); err != nil || !ok {
				return false, false, err
			}
		}
		r.src.cut(0, untilScanner("{,]"))
	}
	switch c, ok := r.src.next(); {
	case !ok:
		return false, false, r.misplaced("the closing ']'", "")
	case c == ']':
		r.src.advance(1)
		return false, true, nil
	case c == ',':
		r.src.advance(1)
	}
	return true, false, nil
}

// untilScanner takes everything before one of its bytes.
type untilScanner string

func (u untilScanner) scan(window []byte) (int, bool) {
	if i := bytes.IndexAny(window, string(u)); i >= 0 {
		return i, true
	}
	return len(window), false
}

// element reads an element of an array of bodies.
func (r *reader) element(e *entry) *plumb.Exchange {
	if !e.ended && !e.large {
		x := &plumb.Exchange{Place: e.start}
		unreadable(x, e.cutOff())
		return x
	}
	return r.exchangeOrBody(e)
}

// exchangeOrBody reads an entry that is an exchange of our own format, an entry
// of a HAR file, or else a bare body, valid JSON or not.
func (r *reader) exchangeOrBody(e *entry) *plumb.Exchange {
	switch {
	case e.large:
		return r.tooLarge(e)
	case isExchange(e.data):
		return r.exchange(e)
	}
	return r.bareBody(e)
}

// bareBody reads an entry that is a body by itself.
func (r *reader) bareBody(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{Place: e.start}
	r.setBody(x, bytes.TrimRight(e.data, " \t\r\n"), e.locate(0))
	return x
}

// tooLarge returns the exchange of an entry that is over the limit, of which
// nothing is kept.
func (r *reader) tooLarge(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{Place: e.start}
	unreadable(x, plumb.Defect{
		Rule: "capture-limit", Message: "the entry is larger than the limit; --max-entry raises it", Place: e.start,
	})
	return x
}

// cutOff returns the defect of an entry within which the recording ends.
func (e *entry) cutOff() plumb.Defect {
	return plumb.Defect{
		Rule: "capture-truncated", Message: "the recording ends within an entry", Place: e.place(len(e.data)),
	}
}

// maxDepth is how deeply the JSON of an entry may nest. It is far more than
// what is allowed for bodies, which have a separate limit.
const maxDepth = 10_000

// parse reads an entry that must be a JSON object. Faults that make the entry
// unusable become defects of x, which is then complete, and the result is nil.
// Other faults are returned with the object: those within a body are faults of
// the body, not of the recording. The names lead to the body if what is in it is
// not needed.
func (r *reader) parse(e *entry, x *plumb.Exchange, body ...string) (*jsonvalue.Value, []jsonvalue.Fault) {
	x.Place = e.start
	if e.large {
		*x = *r.tooLarge(e)
		return nil, nil
	}
	v, faults := e.tree(body)
	for _, f := range faults {
		if v != nil && f.Kind != jsonvalue.Trailing {
			continue
		}
		d := plumb.Defect{Rule: "capture-unreadable", Message: "the entry is not valid JSON", Found: f.Message, Place: e.place(f.Offset)}
		switch f.Kind {
		case jsonvalue.Truncated:
			if !e.ended {
				d = e.cutOff()
			}
		case jsonvalue.TooDeep:
			d.Rule, d.Message = "capture-limit", "the entry is nested too deeply"
		}
		unreadable(x, d)
		return nil, nil
	}
	if v.Kind != jsonvalue.Object {
		unreadable(x, plumb.Defect{
			Rule: "capture-unreadable", Message: "the entry is not an object", Found: v.Kind.String(), Place: e.start,
		})
		return nil, nil
	}
	return v, faults
}
