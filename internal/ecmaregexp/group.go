package ecmaregexp

import "strings"

// group reads the rest of a group, or of a look-ahead or look-behind, whose (
// has been read.
func (p *parser) group() (atom node, names groupNames, repeatable bool) {
	place := p.pos - 1
	switch {
	case p.peek() != '?':
		return p.capture(place, "")
	case p.take("?:"):
		body, names := p.closed(place)
		return body, names, true
	case p.take("?="), p.take("?!"):
		negate := p.text[p.pos-1] == '!'
		body, names := p.closed(place)
		return &lookNode{body: body, negate: negate}, names, !p.flagU
	case p.take("?<="), p.take("?<!"):
		negate := p.text[p.pos-1] == '!'
		body, names := p.closed(place)
		return &lookNode{body: body, behind: true, negate: negate}, names, false
	case p.take("?<"):
		name := p.groupName()
		return p.capture(place, name)
	}
	outer := p.flags
	defer func() { p.flags = outer }()
	p.readModifiers(place)
	body, names := p.closed(place)
	return body, names, true
}

// capture reads the rest of a capturing group.
func (p *parser) capture(place int, name string) (atom node, names groupNames, repeatable bool) {
	p.opened++
	index := p.opened
	body, names := p.closed(place)
	if name != "" && p.err == nil {
		p.groupsNamed[name] = append(p.groupsNamed[name], index)
		var shared string
		if names, shared = joinNames(groupNames{name: true}, names); shared != "" {
			p.fail(place, "two groups that can take part in one match are named %q", shared)
		}
	}
	return &groupNode{body, index}, names, true
}

// closed reads a disjunction and the ) after it.
func (p *parser) closed(place int) (node, groupNames) {
	body, names := p.disjunction()
	if !p.take(")") {
		p.fail(place, "there is no ) to this (")
	}
	return body, names
}

// readModifiers reads the flags of (?ims-ims: for the group that follows.
func (p *parser) readModifiers(place int) {
	p.pos++ // the ?
	start, on, seen := p.pos, true, ""
	for ; strings.ContainsRune("ims-", max(p.peek(), 0)); p.pos++ {
		c := p.peek()
		if strings.ContainsRune(seen, c) {
			p.fail(place, "%c occurs twice in the flags of this group", c)
			return
		}
		seen += string(c)
		switch c {
		case 'i':
			p.flags.ignoreCase = on
		case 'm':
			p.flags.multiline = on
		case 's':
			p.flags.dotAll = on
		case '-':
			on = false
		}
	}
	empty := p.pos == start || seen == "-"
	switch {
	case !empty && p.take(":"):
	case !empty && p.peek() == ')':
		p.fail(place, "ECMA-262 has flags for a group only: write (?%s:...) around what they are for", seen)
	case p.take("P"):
		p.fail(place, "(?P is not in ECMA-262: a group is named by (?<name>...), and referred to by \\k<name>")
	default:
		p.fail(place, "ECMA-262 has no group that begins with (?%s", string(p.text[start:min(start+1, len(p.text))]))
	}
}
