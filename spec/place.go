package spec

import "github.com/plumbapi/plumb/internal/jsonvalue"

// Place returns the place, with line and column, of what a pointer into the
// outcome of JSONSchema leads to. A member's place is that of its name. Where
// the pointer leads nowhere, it is the place of the nearest thing around it.
func (d *Description) Place(file, pointer string) Place {
	f, ok := d.files[file]
	if !ok {
		return Place{File: file, Pointer: pointer}
	}
	p, n := f.start(), f.root
	tokens := jsonvalue.SplitPointer(pointer)
	moved := false // the pointer has just gone into what the translation moved
	for i := 0; i < len(tokens); i++ {
		token := tokens[i]
		if n.wraps() && !moved && token == "anyOf" && i+1 < len(tokens) {
			i++
			if moved = tokens[i] == "1"; moved {
				continue
			}
			token = "nullable" // the branch that the translation made of it
		}
		next, line, column := n.child(token)
		if next == nil {
			break
		}
		n, p, moved = next, p.at(token, next, line, column), false
	}
	return p.place
}
