package history

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Most often there is one response of a resource in a file, one resource in an exchange,
// and one exchange in a line: that takes the fewest bytes. These are the forms.
const (
	oneResponse   byte = iota // whose line is its entry, and which is about one resource
	anyResponse               // one
	manyResponses             // as in a timeline
)

// AppendResponses appends to b what responses say of one resource of the kind, in a
// few bytes. All are in one file, which is left out, and sorted. The operations of
// origins that are among those given, which are sorted, take one byte.
func (k *Kind) AppendResponses(b []byte, all []Response, operations []string) []byte {
	if len(all) == 1 {
		r := &all[0]
		form := anyResponse
		if r.Line == r.Entry && r.Index == 0 {
			form = oneResponse
		}
		b = appendOrigin(append(b, form), r.Origin, operations)
		for _, n := range []int64{r.Time, r.Own - r.Time, r.Entry} {
			b = binary.AppendVarint(b, n)
		}
		if form == anyResponse {
			b = binary.AppendVarint(binary.AppendVarint(b, r.Line-r.Entry), r.Index)
		}
		return append(b, r.Packed...)
	}
	var origins numbering[Origin]
	observations := make([]observation, len(all))
	for i := range all {
		r := &all[i]
		observations[i] = observation{moment{time: r.Time, own: r.Own, entry: r.Entry, line: r.Line, index: r.Index, origin: origins.of(r.Origin)}, k.Unpack(r.Packed)}
	}
	b = binary.AppendUvarint(append(b, manyResponses), uint64(len(origins.values)))
	for _, o := range origins.values {
		b = appendOrigin(b, o, operations)
	}
	t := NewStore(nil).newTimeline(k, observations)
	b = binary.AppendUvarint(b, uint64(t.count))
	b = t.last.appendInFile(b)
	b = binary.AppendUvarint(b, uint64(len(t.values)))
	return append(append(b, t.values...), t.older...)
}

// readOne reads one response, after its form.
func (k *Kind) readOne(b []byte, form byte, file string, operations []string) (r Response) {
	r.File = file
	r.Origin, b = readOrigin(b, operations)
	for _, n := range []*int64{&r.Time, &r.Own, &r.Entry} {
		*n, b = readSigned(b)
	}
	r.Own += r.Time
	r.Line = r.Entry
	if form == anyResponse {
		var after int64
		after, b = readSigned(b)
		r.Line += after
		r.Index, b = readSigned(b)
	}
	if !isPacked(b, len(k.Members)) {
		panic("not packed values")
	}
	r.Packed = slices.Clone(b)
	return r
}

// appendInFile writes the moment, but for the file.
func (m moment) appendInFile(b []byte) []byte {
	for _, n := range []int64{m.time, m.own - m.time, m.entry, m.line - m.entry, m.index, m.origin} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func readInFile(b []byte) (m moment, rest []byte) {
	for _, n := range []*int64{&m.time, &m.own, &m.entry, &m.line, &m.index, &m.origin} {
		*n, b = readSigned(b)
	}
	m.own += m.time
	m.line += m.entry
	return m, b
}

// ReadResponses reads what AppendResponses wrote, as responses in a file.
func (k *Kind) ReadResponses(b []byte, file string, operations []string) (all []Response, err error) {
	defer func() {
		if recover() != nil { // the bytes are checked by who sends them
			err = errors.New("what responses said of a resource cannot be read")
		}
	}()
	form, b := b[0], b[1:]
	if form != manyResponses {
		return []Response{k.readOne(b, form, file, operations)}, nil
	}
	n, b := readNumber(b)
	var origins []Origin
	for range n {
		var o Origin
		o, b = readOrigin(b, operations)
		origins = append(origins, o)
	}
	count, b := readNumber(b)
	t := timeline{kind: k.Number, count: int(count)}
	t.last, b = readInFile(b)
	values, b := readNumber(b)
	t.values, t.older = b[:values], b[values:]
	for _, o := range t.observations(k) {
		m := o.moment
		all = append(all, Response{Moment{m.time, m.own, file, m.entry, m.line, m.index, origins[m.origin]}, k.pack(o.values)})
	}
	return all, nil
}

// usualStatus is the status that takes the fewest bytes.
const usualStatus = 200

func appendOrigin(b []byte, o Origin, operations []string) []byte {
	if i, ok := slices.BinarySearch(operations, o.Operation); ok {
		b = binary.AppendUvarint(b, uint64(i)+1)
	} else {
		b = appendText(append(b, 0), o.Operation)
	}
	return appendText(binary.AppendVarint(b, int64(o.Status)-usualStatus), o.Within)
}

func readOrigin(b []byte, operations []string) (o Origin, rest []byte) {
	number, b := readNumber(b)
	if number > 0 {
		o.Operation = operations[number-1]
	} else {
		o.Operation, b = readText(b)
	}
	status, b := readSigned(b)
	o.Status = int(status + usualStatus)
	o.Within, b = readText(b)
	return o, b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func readText(b []byte) (s string, rest []byte) {
	n, b := readNumber(b)
	return string(b[:n]), b[n:]
}

func readNumber(b []byte) (n uint64, rest []byte) {
	n, size := binary.Uvarint(b)
	if size <= 0 {
		panic("not a number")
	}
	return n, b[size:]
}

// AppendPair appends to b two responses that were compared.
func (k *Kind) AppendPair(b []byte, p *Pair, operations []string) []byte {
	for _, m := range []*Moment{&p.Before, &p.After} {
		b = binary.AppendVarint(binary.AppendVarint(b, m.Time), m.Own)
		b = binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(appendText(b, m.File), m.Entry), m.Line), m.Index)
		b = appendOrigin(b, m.Origin, operations)
	}
	changes := p.Changes
	if p.Begins != nil {
		b, changes = append(b, 1), []Change{*p.Begins}
	} else {
		b = append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(changes)))
	for _, c := range changes {
		b = appendValue(appendValue(binary.AppendUvarint(b, uint64(c.Member)), c.Before), c.After)
	}
	if p.Latter == nil {
		return append(b, 0)
	}
	return append(append(b, 1), k.pack(p.Latter)...)
}

// ReadPair reads what AppendPair wrote.
func (k *Kind) ReadPair(b []byte, operations []string) (p Pair, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("what a history found cannot be read")
		}
	}()
	p.Kind = k.Number
	for _, m := range []*Moment{&p.Before, &p.After} {
		m.Time, b = readSigned(b)
		m.Own, b = readSigned(b)
		m.File, b = readText(b)
		m.Entry, b = readSigned(b)
		m.Line, b = readSigned(b)
		m.Index, b = readSigned(b)
		m.Origin, b = readOrigin(b, operations)
	}
	begins := b[0] == 1
	n, b := readNumber(b[1:])
	for range n {
		var c Change
		var member uint64
		member, b = readNumber(b)
		c.Member = int(member)
		c.Before, b = readValue(b)
		c.After, b = readValue(b)
		p.Changes = append(p.Changes, c)
	}
	if begins {
		p.Begins, p.Changes = &p.Changes[0], nil
	}
	if b[0] == 1 {
		p.Latter = k.Unpack(b[1:])
	}
	return p, nil
}

func readSigned(b []byte) (n int64, rest []byte) {
	n, size := binary.Varint(b)
	if size <= 0 {
		panic("not a number")
	}
	return n, b[size:]
}
