package outcome

import "strings"

// place returns the observations of a place, or nil if there are too many
// places.
func (o *Outcome) place(key placeKey, undocumented bool) *Observed {
	if p := o.places[key]; p != nil {
		return p
	}
	if undocumented && !o.keeps(key) {
		return nil
	}
	p := &Observed{
		Operation: key.operation, Status: key.status, Schema: key.schema, Pointer: key.pointer,
		Undocumented: undocumented, Types: map[string]int{}, Values: map[string]int{},
	}
	o.places[key] = p
	return p
}

// keeps reports whether an undocumented place can be recorded: its parent is
// recorded, and does not have too many other members.
func (o *Outcome) keeps(key placeKey) bool {
	i := strings.LastIndexByte(key.pointer, '/')
	if i < 0 {
		return true
	}
	token := key.pointer[i+1:]
	key.pointer = key.pointer[:i]
	parent := o.places[key]
	if parent == nil || parent.ManyMembers {
		return false
	}
	if token == "*" { // elements of an array
		return true
	}
	if parent.extra == nil {
		parent.extra = map[string]bool{}
	}
	parent.extra[token] = true
	if len(parent.extra) > mostUndocumented {
		o.dropMembers(parent)
		return false
	}
	return true
}

// dropMembers drops the undocumented members of a place, and all places below
// them.
func (o *Outcome) dropMembers(parent *Observed) {
	parent.ManyMembers, parent.extra = true, nil
	for key, p := range o.places {
		rest, below := strings.CutPrefix(key.pointer, parent.Pointer+"/")
		if !below || !p.Undocumented || key.operation != parent.Operation || key.status != parent.Status || key.schema != parent.Schema {
			continue
		}
		first, _, _ := strings.Cut(rest, "/")
		key.pointer = parent.Pointer + "/" + first
		if top := o.places[key]; top == nil || top.Undocumented {
			key.pointer = p.Pointer
			delete(o.places, key)
		}
	}
}
