package history

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/plumbapi/plumb/internal/wire"
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
	return append(wire.AppendText(b, t.values), t.older...)
}

// readOne reads one response, after its form.
func (k *Kind) readOne(r *wire.Reader, form byte, file string, operations []string) Response {
	one := Response{Moment: Moment{File: file, Origin: readOrigin(r, operations)}}
	one.Time = r.Signed()
	one.Own = one.Time + r.Signed()
	one.Entry = r.Signed()
	one.Line = one.Entry
	if form == anyResponse {
		one.Line += r.Signed()
		one.Index = r.Signed()
	}
	if one.Packed = slices.Clone(r.Rest()); !isPacked(one.Packed, len(k.Members)) {
		r.Fail()
	}
	return one
}

// appendInFile writes the moment, but for the file.
func (m moment) appendInFile(b []byte) []byte {
	for _, n := range []int64{m.time, m.own - m.time, m.entry, m.line - m.entry, m.index, m.origin} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func readInFile(r *wire.Reader) moment {
	m := moment{time: r.Signed()}
	m.own = m.time + r.Signed()
	m.entry = r.Signed()
	m.line = m.entry + r.Signed()
	m.index, m.origin = r.Signed(), r.Signed()
	return m
}

// ReadResponses reads what AppendResponses wrote, as responses in a file.
func (k *Kind) ReadResponses(b []byte, file string, operations []string) (all []Response, err error) {
	defer func() {
		if recover() != nil { // a timeline is of the store itself, and trusted
			err = errObserved
		}
	}()
	r := wire.NewReader(b)
	if form := r.Byte(); form != manyResponses {
		all = []Response{k.readOne(r, form, file, operations)}
	} else {
		all = k.readMany(r, file, operations)
	}
	if r.Failed() {
		return nil, errObserved
	}
	return all, nil
}

// readMany reads several responses, after their form.
func (k *Kind) readMany(r *wire.Reader, file string, operations []string) (all []Response) {
	var origins []Origin
	for n := r.Unsigned(); n > 0 && !r.Failed(); n-- {
		origins = append(origins, readOrigin(r, operations))
	}
	t := timeline{kind: k.Number, count: int(r.Unsigned()), last: readInFile(r)}
	t.values, t.older = r.Text(), r.Rest()
	if r.Failed() {
		return nil
	}
	for _, o := range t.observations(k) {
		m := o.moment
		all = append(all, Response{Moment{m.time, m.own, file, m.entry, m.line, m.index, origins[m.origin]}, k.pack(o.values)})
	}
	return all
}

// usualStatus is the status that takes the fewest bytes.
const usualStatus = 200

func appendOrigin(b []byte, o Origin, operations []string) []byte {
	if i, ok := slices.BinarySearch(operations, o.Operation); ok {
		b = binary.AppendUvarint(b, uint64(i)+1)
	} else {
		b = wire.AppendText(append(b, 0), o.Operation)
	}
	return wire.AppendText(binary.AppendVarint(b, int64(o.Status)-usualStatus), o.Within)
}

func readOrigin(r *wire.Reader, operations []string) (o Origin) {
	switch number := r.Unsigned(); {
	case number > uint64(len(operations)):
		r.Fail()
	case number > 0:
		o.Operation = operations[number-1]
	default:
		o.Operation = string(r.Text())
	}
	o.Status = int(r.Signed() + usualStatus)
	o.Within = string(r.Text())
	return o
}

// AppendPair appends to b two responses that were compared.
func (k *Kind) AppendPair(b []byte, p *Pair, operations []string) []byte {
	for _, m := range []*Moment{&p.Before, &p.After} {
		b = binary.AppendVarint(binary.AppendVarint(b, m.Time), m.Own)
		b = binary.AppendVarint(binary.AppendVarint(binary.AppendVarint(wire.AppendText(b, m.File), m.Entry), m.Line), m.Index)
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
		if recover() != nil { // values are of the store itself, and trusted
			err = errObserved
		}
	}()
	p.Kind = k.Number
	r := wire.NewReader(b)
	for _, m := range []*Moment{&p.Before, &p.After} {
		*m = Moment{Time: r.Signed(), Own: r.Signed(), File: string(r.Text()), Entry: r.Signed(), Line: r.Signed(), Index: r.Signed(), Origin: readOrigin(r, operations)}
	}
	begins := r.Byte() == 1
	for n := r.Unsigned(); n > 0 && !r.Failed(); n-- {
		c := Change{Member: int(r.Unsigned())}
		var rest []byte
		c.Before, rest = readValue(r.Rest())
		c.After, rest = readValue(rest)
		r = wire.NewReader(rest)
		p.Changes = append(p.Changes, c)
	}
	if begins {
		p.Begins, p.Changes = &p.Changes[0], nil
	}
	if r.Byte() == 1 {
		p.Latter = k.Unpack(r.Rest())
	}
	if r.Failed() {
		return p, errObserved
	}
	return p, nil
}

// errObserved is the error of bytes that plumb has not written, or for another
// description.
var errObserved = errors.New("what was observed of a resource cannot be read")
