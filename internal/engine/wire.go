package engine

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/wire"
)

// What one run has kept of resources goes to others in a few bytes, without the key of
// the resource, by which it is sent, and where all is in one file, without that.

var errWire = errors.New("it is not of this description, or not what plumb wrote")

// operationIDs returns those of all operations, sorted.
func (v *Validator) operationIDs() []string {
	var all []string
	for _, op := range v.desc.Operations {
		all = append(all, op.ID)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// AppendResource appends to b what is kept of a resource, all of it in one file.
func (v *Validator) AppendResource(b []byte, r *ResourceHistory) []byte {
	b = binary.AppendUvarint(b, uint64(r.Kind))
	return v.kinds[r.Kind].AppendResponses(b, r.Responses, v.operations)
}

// ReadResource reads what [Validator.AppendResource] wrote, as that of responses in a
// file, for a history.
func (h *History) ReadResource(b []byte, key ResourceKey, file string) (ResourceHistory, error) {
	r := wire.NewReader(b)
	k, err := readIndex(r, h.v.kinds)
	if err != nil {
		return ResourceHistory{}, err
	}
	responses, err := k.ReadResponses(r.Rest(), file, h.v.operations)
	return ResourceHistory{Key: key, Kind: k.Number, Values: len(k.Members), Group: h.store.Group(k.Kind), Responses: responses}, err
}

// AppendReading appends to b what rules read of a response.
func (v *Validator) AppendReading(b []byte, r *Reading) []byte {
	b = binary.AppendUvarint(b, uint64(r.Shape))
	b = wire.AppendText(wire.AppendText(b, r.Text), r.Request)
	return v.shaped[r.Shape].AppendResponses(b, []ResourceResponse{{Moment: r.Moment, Packed: r.Packed}}, v.operations)
}

// ReadReading reads what [Validator.AppendReading] wrote.
func (v *Validator) ReadReading(b []byte, key ResourceKey, file string) (Reading, error) {
	r := wire.NewReader(b)
	k, err := readIndex(r, v.shaped)
	if err != nil {
		return Reading{}, err
	}
	text, request := r.Text(), r.Text()
	responses, err := k.ReadResponses(r.Rest(), file, v.operations)
	if err != nil || len(responses) != 1 {
		return Reading{}, errWire
	}
	return Reading{key, k.index, responses[0].Moment, slices.Clone(responses[0].Packed), slices.Clone(text), slices.Clone(request)}, nil
}

// AppendContradiction appends to b a contradiction, without its finding.
func (v *Validator) AppendContradiction(b []byte, c *Contradiction) []byte {
	b = appendOf(b, c.Pair.Kind, c.Resource, c.rule)
	b = wire.AppendText(b, c.pointer)
	return v.kinds[c.Pair.Kind].AppendPair(b, &c.Pair, v.operations)
}

// ReadContradiction reads what [Validator.AppendContradiction] wrote.
func (v *Validator) ReadContradiction(b []byte) (c Contradiction, err error) {
	r := wire.NewReader(b)
	k, err := readOf(r, v.kinds, &c.Resource, &c.rule)
	if err != nil {
		return c, err
	}
	c.pointer = string(r.Text())
	c.Pair, err = k.ReadPair(r.Rest(), v.operations)
	return c, err
}

// AppendDoubt appends to b a pair of responses in which a rule may not hold.
func (v *Validator) AppendDoubt(b []byte, d *Doubt) []byte {
	b = appendOf(b, d.Shape, d.Resource, d.Rule)
	b = wire.AppendText(b, d.Old)
	return v.shaped[d.Shape].AppendPair(b, &history.Pair{After: d.After}, v.operations)
}

// ReadDoubt reads what [Validator.AppendDoubt] wrote.
func (v *Validator) ReadDoubt(b []byte) (d Doubt, err error) {
	r := wire.NewReader(b)
	k, err := readOf(r, v.shaped, &d.Resource, &d.Rule)
	if err != nil {
		return d, err
	}
	d.Shape, d.Old = k.index, slices.Clone(r.Text())
	pair, err := k.ReadPair(r.Rest(), v.operations)
	d.After = pair.After
	return d, err
}

// appendOf appends to b which rule a resource contradicts, with the index of what is
// tracked.
func appendOf(b []byte, kind int, key ResourceKey, rule string) []byte {
	b = binary.BigEndian.AppendUint64(binary.AppendUvarint(b, uint64(kind)), uint64(key))
	return wire.AppendText(b, rule)
}

func readOf(r *wire.Reader, all []*tracked, key *ResourceKey, rule *string) (*tracked, error) {
	k, err := readIndex(r, all)
	if err != nil {
		return nil, err
	}
	if b := r.Bytes(8); b != nil {
		*key = ResourceKey(binary.BigEndian.Uint64(b))
	}
	if *rule = string(r.Text()); r.Failed() {
		return nil, errWire
	}
	return k, nil
}

func readIndex(r *wire.Reader, all []*tracked) (*tracked, error) {
	if n := r.Unsigned(); !r.Failed() && n < uint64(len(all)) {
		return all[n], nil
	}
	return nil, errWire
}
