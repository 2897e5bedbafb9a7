package recording

import (
	"bytes"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var ndjsonFormat = Format{
	Name:   "NDJSON",
	Of:     "one exchange or one bare body on each line",
	Sign:   "the first line is a JSON object, string, number or literal by itself; or it is a broken object, and the second line is an object",
	Record: "Write a line for each exchange, as below. It is the simplest format to write with a recorder of your own.",
	Notes:  "The time is `time`, or `startedDateTime` of a HAR entry.",

	recognises: isNDJSON,
	read:       (*reader).jsonLines,
}

// isNDJSON recognises a recording by its first line, which is a complete value.
func isNDJSON(b beginning) bool {
	if b.isJSON() {
		return b.isLineWise()
	}
	v, faults := jsonvalue.Parse(b.firstLine(), 1)
	return v != nil && len(faults) == 0
}

// isLineWise reports whether each line is an object: whether the first line is
// one, or is broken and the second line is one.
func (b beginning) isLineWise() bool {
	line, rest, more := bytes.Cut(b.head, []byte("\n"))
	switch {
	case !b.isObject():
		return false
	case !more && !b.whole, isOneValue(line):
		return true
	}
	second, _, ended := bytes.Cut(rest, []byte("\n"))
	return bytes.HasPrefix(second, []byte("{")) && (isOneValue(second) || !ended && !b.whole)
}

// isOneValue reports whether a line is one value, by its brackets and quotes.
func isOneValue(line []byte) bool {
	var v valueScanner
	n, done := v.scan(line)
	return done && len(bytes.TrimSpace(line[n:])) == 0
}

// lineKind says what a line can be.
type lineKind struct {
	exchange  bool // an exchange; otherwise a body, whatever it looks like
	exchanges bool // there were exchanges before it
}

// jsonLines reads one exchange or bare body on each line. A broken line does
// not affect the next one. jsonLines only finds the ends of the lines; they are
// parsed with their blocks.
func (r *reader) jsonLines() error {
	l := lineReader{reader: r, kind: lineKind{exchanges: r.secondLineIsExchange()}}
	for {
		if more, err := l.block(); !more || err != nil {
			return err
		}
	}
}

// secondLineIsExchange reports whether the second line is an exchange, which
// shows what to expect of the others if the first one is broken.
func (r *reader) secondLineIsExchange() bool {
	_, rest, _ := bytes.Cut(trimSpace(r.src.window()), []byte("\n"))
	return isExchange(rest)
}

// lineReader cuts lines into blocks.
type lineReader struct {
	*reader
	kind   lineKind
	tail   []byte // the beginning of a line, for the next block
	length int    // average length of a line
}

// block reads a block of lines: no more than one read of the file returns, so
// that nothing has to wait while a file grows slowly. It returns false at the
// end.
func (l *lineReader) block() (bool, error) {
	b := l.open()
	size := blockBytes
	if l.length > 0 { // not many more than blockEntries
		size = min(max(l.length*blockEntries, 16<<10), blockBytes)
	}
	b.makeRoom()
	b.text = append(b.text[:0], l.tail...)
	end, err := 0, error(nil)
	for end == 0 && err == nil && len(b.text) < size {
		var n int
		n, err = l.src.r.Read(b.text[len(b.text):size])
		b.text = b.text[:len(b.text)+n]
		end = bytes.LastIndexByte(b.text[len(b.text)-n:], '\n') + 1
		if end > 0 {
			end += len(b.text) - n
		}
	}
	if err != nil {
		l.src.fail(err)
		end = len(b.text)
	}
	l.tail = append(l.tail[:0], b.text[end:]...)
	l.find(b.text[:end])
	if b.used > 0 {
		l.length = end / b.used
		if err := l.flush(); err != nil {
			return false, err
		}
	}
	if err == nil && len(l.tail) >= size {
		return true, l.longLine()
	}
	return err == nil, nil
}

// find puts the lines of a text into the block.
func (l *lineReader) find(text []byte) {
	// bytes.Contains looks for the first byte of what it searches: p is rarer than a quote.
	l.kind.exchange = bytes.Contains(text, []byte(`ponse"`)) // the end of "response"
	for len(text) > 0 {
		line := text
		end := bytes.IndexByte(text, '\n') + 1
		if end > 0 {
			line = text[:end]
		}
		text = text[len(line):]
		content := trimSpace(line)
		if len(content) > 0 {
			start := l.src.place()
			start.Column += len(line) - len(content)
			l.line(entry{data: content, start: start, ended: end > 0})
		}
		if l.src.column += len(line); end > 0 {
			l.src.line, l.src.column = l.src.line+1, 1
		}
	}
}

// line puts a line into the block.
func (l *lineReader) line(e entry) {
	if l.isBrokenOff(&e) && isOpen(e.data) {
		return
	}
	if int64(len(e.data)) > l.lim.Entry {
		l.add(e, 0).given = l.tooLarge(&e)
		return
	}
	isExchange := l.kind.exchange && (!l.kind.exchanges || canExpand(e.data)) && isExchange(e.data)
	l.kind.exchanges = l.kind.exchanges || isExchange
	if isExchange && canExpand(e.data) {
		x := l.exchange(&e)
		l.add(e, len(x.Response.Body.Bytes)).given = x
		return
	}
	l.add(e, len(e.data)).line = l.kind
}

// longLine reads a line that is longer than a block. The tail is its beginning.
func (l *lineReader) longLine() error {
	e := &entry{start: l.src.place()}
	e.add(l.tail)
	l.src.column += len(l.tail)
	l.tail = l.tail[:0]
	l.src.extend(e, l.lim.Entry, lineScanner{})
	e.join()
	if e.large {
		return l.give(l.tooLarge(e))
	}
	l.kind.exchange = true
	if content := trimSpace(e.data); len(content) > 0 {
		e.start.Column += len(e.data) - len(content)
		e.data = content
		l.line(*e)
	}
	return l.flush()
}

// readLine makes the exchange of a line.
func (s *slot) readLine(r *reader) *plumb.Exchange {
	e := &s.entry
	if s.line.exchange {
		if x := r.exchangeLine(e); x != nil {
			return x
		}
	}
	if s.line.exchanges || !e.ended {
		return r.bareLine(e, s.line.exchanges)
	}
	body := bytes.TrimRight(e.data, " \t\r\n")
	if int64(len(body)) > r.lim.Body || bytes.Contains(body, masked) {
		return r.bareBody(e)
	}
	s.exchange = plumb.Exchange{
		Place:    e.start,
		Response: plumb.Response{Body: plumb.Body{Bytes: body, Locate: s.locate}},
	}
	return &s.exchange
}
