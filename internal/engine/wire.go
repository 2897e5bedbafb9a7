package engine

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/plumbapi/plumb/internal/engine/history"
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
	k, b, err := h.v.readKind(b)
	if err != nil {
		return ResourceHistory{}, err
	}
	responses, err := k.ReadResponses(b, file, h.v.operations)
	return ResourceHistory{Key: key, Kind: k.Number, Values: len(k.Members), Group: h.store.Group(k.Kind), Responses: responses}, err
}

// AppendReading appends to b what rules read of a response.
func (v *Validator) AppendReading(b []byte, r *Reading) []byte {
	b = binary.AppendUvarint(b, uint64(r.Kind))
	b = appendText(appendText(b, r.Text), r.Request)
	return v.kinds[r.Kind].AppendResponses(b, []ResourceResponse{{Moment: r.Moment, Packed: r.Packed}}, v.operations)
}

// ReadReading reads what [Validator.AppendReading] wrote.
func (v *Validator) ReadReading(b []byte, key ResourceKey, file string) (r Reading, err error) {
	k, b, err := v.readKind(b)
	if err != nil {
		return r, err
	}
	text, b, ok := takeText(b)
	if !ok {
		return r, errWire
	}
	request, b, ok := takeText(b)
	if !ok {
		return r, errWire
	}
	responses, err := k.ReadResponses(b, file, v.operations)
	if err != nil || len(responses) != 1 {
		return r, errWire
	}
	return Reading{key, k.Number, responses[0].Moment, responses[0].Packed, text, request}, nil
}

// AppendContradiction appends to b a contradiction, without its finding.
func (v *Validator) AppendContradiction(b []byte, c *Contradiction) []byte {
	b = v.appendOf(b, c.Pair.Kind, c.Resource, c.rule)
	b = appendText(b, []byte(c.pointer))
	return v.kinds[c.Pair.Kind].AppendPair(b, &c.Pair, v.operations)
}

// ReadContradiction reads what [Validator.AppendContradiction] wrote.
func (v *Validator) ReadContradiction(b []byte) (c Contradiction, err error) {
	k, b, err := v.readOf(b, &c.Resource, &c.rule)
	if err != nil {
		return c, err
	}
	pointer, b, ok := takeText(b)
	if !ok {
		return c, errWire
	}
	c.pointer = string(pointer)
	c.Pair, err = k.ReadPair(b, v.operations)
	return c, err
}

// AppendDoubt appends to b a pair of responses in which a rule may not hold.
func (v *Validator) AppendDoubt(b []byte, d *Doubt) []byte {
	b = v.appendOf(b, d.Kind, d.Resource, d.Rule)
	b = appendText(b, d.Old)
	return v.kinds[d.Kind].AppendPair(b, &history.Pair{After: d.After}, v.operations)
}

// ReadDoubt reads what [Validator.AppendDoubt] wrote.
func (v *Validator) ReadDoubt(b []byte) (d Doubt, err error) {
	k, b, err := v.readOf(b, &d.Resource, &d.Rule)
	if err != nil {
		return d, err
	}
	old, b, ok := takeText(b)
	if !ok {
		return d, errWire
	}
	pair, err := k.ReadPair(b, v.operations)
	d.Kind, d.Old, d.After = k.Number, old, pair.After
	return d, err
}

// appendOf appends to b which rule a resource contradicts.
func (v *Validator) appendOf(b []byte, kind int, key ResourceKey, rule string) []byte {
	b = binary.BigEndian.AppendUint64(binary.AppendUvarint(b, uint64(kind)), uint64(key))
	return appendText(b, []byte(rule))
}

func (v *Validator) readOf(b []byte, key *ResourceKey, rule *string) (k *tracked, rest []byte, err error) {
	k, b, err = v.readKind(b)
	if err != nil || len(b) < 8 {
		return nil, nil, errWire
	}
	*key = ResourceKey(binary.BigEndian.Uint64(b))
	text, b, ok := takeText(b[8:])
	if !ok {
		return nil, nil, errWire
	}
	*rule = string(text)
	return k, b, nil
}

func (v *Validator) readKind(b []byte) (k *tracked, rest []byte, err error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n >= uint64(len(v.kinds)) {
		return nil, nil, errWire
	}
	return v.kinds[n], b[size:], nil
}

func appendText(b, text []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func takeText(b []byte) (text, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, false
	}
	b = b[size:]
	return slices.Clone(b[:n]), b[n:], true
}
