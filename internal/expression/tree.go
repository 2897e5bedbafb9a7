package expression

// Op is an operation of a [Tree].
type Op byte

// The operations of trees.
const (
	Literal Op = iota // Value: a bool, int64 or string
	Member            // the value that Path leads to
	Has               // whether Path leads to a value
	Size              // the size of the array that Path leads to
	And               // And and all that follow, except Not, If and In, have two Args
	Or
	Not
	If // Args: a condition, and the two values that it chooses between
	Equal
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	Add
	Subtract
	In   // whether the first of Args equals one of the others, which are literals
	Hole // a string or number that differs; only in a [Bound]
)

// First and Last denote the first and the last element of an array in a path.
const (
	First = "[0]"
	Last  = "[-1]"
)

// Tree is an expression that uses only a small part of CEL: members, literals,
// comparisons, sums and what combines them.
type Tree struct {
	Op    Op
	Value any
	Path  []string // a variable and names of members, or First and Last
	Args  []*Tree

	gives    kind    // the kind of its value, if the text determines it
	constant operand // of a literal
	steps    []step  // of the path, after its variable
	hole     int
}

func literal(value any) *Tree {
	t := &Tree{Op: Literal, Value: value}
	switch v := value.(type) {
	case bool:
		t.constant = operand{kind: isBool, is: v}
	case int64:
		t.constant = operand{kind: isInt, n: v}
	case string:
		t.constant = operand{kind: isText, text: v}
	}
	t.gives = t.constant.kind
	return t
}

func pathTree(op Op, path []string, gives kind) *Tree {
	t := &Tree{Op: op, Path: path, gives: gives, steps: make([]step, len(path)-1)}
	for i := range t.steps {
		t.steps[i].name = path[i+1]
	}
	return t
}

// reads returns the paths that the tree reads, after those that are known.
func (t *Tree) reads(known [][]string) [][]string {
	if len(t.Path) > 0 {
		known = append(known, t.Path)
	}
	for _, arg := range t.Args {
		known = arg.reads(known)
	}
	return known
}
