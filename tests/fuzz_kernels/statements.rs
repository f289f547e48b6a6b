//! Random statements.

use crate::scope::{Function, Generator, Space};
use crate::types::{Bool, I32, Ty, U32};

impl Generator<'_> {
    pub(crate) fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Statements in a scope of their own; the braces are the caller's.
    pub(crate) fn block(&mut self, depth: usize, longest: usize) {
        let vars = self.vars.len();
        for _ in 0..1 + self.choices.below(longest) {
            self.statement(depth);
        }
        self.vars.truncate(vars);
    }

    pub(crate) fn statement(&mut self, depth: usize) {
        if self.choices.is_at_end() {
            return;
        }
        match self.choices.below(if depth == 0 { 10 } else { 18 }) {
            0..4 => self.assignment(),
            4 => self.compound_assignment(),
            5 => self.declaration(),
            6 => self.pointer(),
            7 => self.count(),
            8 => self.call_statement(),
            9 => self.leave(),
            10..13 => self.branch(depth - 1),
            13 => self.switch(depth - 1),
            14 => {
                self.line("{");
                self.block(depth - 1, 3);
                self.line("}");
            }
            _ if self.loops < 3 => self.a_loop(depth - 1),
            _ => self.branch(depth - 1),
        }
    }

    fn type_of_a_variable(&mut self) -> Ty {
        let writable: Vec<Ty> =
            self.vars.iter().filter(|var| var.is_writable).map(|v| v.ty.clone()).collect();
        if writable.is_empty() || self.choices.below(3) > 0 {
            return Ty::plain(&mut self.choices);
        }
        writable[self.choices.below(writable.len())].clone()
    }

    fn assignment(&mut self) {
        let ty = self.type_of_a_variable();
        let Some(place) = self.place(&ty, true, 2) else { return self.declaration() };
        let value = self.stored(&ty, 3);
        self.line(&format!("{place} = {value};"));
    }

    fn compound_assignment(&mut self) {
        let scalar = self.choices.of(&[U32, I32]);
        let ty = Ty::Vector(scalar, self.choices.of(&[1, 1, 2, 3, 4]));
        let Some(place) = self.place(&ty, true, 1) else { return self.declaration() };
        if ty.size() == 1 && self.choices.once_in(3) {
            let step = self.choices.of(&["++", "--"]);
            return self.line(&format!("{place}{step};"));
        }
        let operator = self.choices.of(&["+", "-", "*", "^", "&", "|"]);
        let value = self.expr(&ty, 2).text;
        self.line(&format!("{place} {operator}= {value};"));
    }

    /// A new variable or value.
    pub(crate) fn declaration(&mut self) {
        let ty = self.any_type(2, false);
        let name = self.name("v");
        if ty.is_plain() && self.choices.once_in(3) {
            let value = crate::expr::bounded(&ty, self.varying_expr(&ty, 3)).text;
            self.line(&format!("let {name} = {value};"));
            return self.declare(&name, ty, false, Space::Value);
        }
        if self.choices.once_in(4) {
            self.line(&format!("var {name}: {ty};"));
        } else {
            let value = self.stored(&ty, 3);
            self.line(&format!("var {name}: {ty} = {value};"));
        }
        self.declare(&name, ty, true, Space::Function);
    }

    /// A pointer to a part of a variable, with the indices of now.
    fn pointer(&mut self) {
        let ty = match self.choices.below(2) {
            0 => self.type_of_a_variable(),
            _ => Ty::plain(&mut self.choices),
        };
        let name = self.name("p");
        let place = self.place_in(&ty, true, 1);
        // There are no pointers to components of vectors; the type of a place that ends so is a scalar.
        let component =
            |place: &str| ty.size() == 1 && (place.ends_with(']') || place.ends_with(['x', 'y', 'z', 'w']));
        let Some((place, space)) = place.filter(|(place, _)| !component(place)) else {
            return self.assignment();
        };
        if place.starts_with("(*") && place.ends_with(')') {
            return self.assignment();
        }
        self.line(&format!("let {name} = &{place};"));
        let space = if space == Space::Buffer { space } else { Space::Value };
        self.declare(&format!("(*{name})"), ty, true, space);
    }

    /// Into the counters that all share: their order does not matter.
    fn count(&mut self) {
        let (slot, value) = (self.varying(&Ty::U, 1), self.varying(&Ty::U, 2));
        let operator = self.combined_by;
        let signed = self.choices.once_in(2);
        if signed {
            self.line(&format!("{operator}(&signed_counters[{slot} % 4u], i32({value}));"));
        } else {
            self.line(&format!("{operator}(&counters[{slot} % 4u], {value});"));
        }
    }

    fn call_statement(&mut self) {
        if self.functions.is_empty() {
            return self.assignment();
        }
        let function: Function = self.functions[self.choices.below(self.functions.len())].clone();
        match self.call(&function, 2) {
            Some(call) => self.line(&format!("_ = {call};")),
            None => self.assignment(),
        }
    }

    /// Leaves a loop, an iteration or the function, sometimes.
    fn leave(&mut self) {
        let mut ways = Vec::new();
        if self.can_break {
            ways.push("break".to_owned());
        }
        if self.can_continue {
            ways.push("continue".to_owned());
        }
        match self.returns.clone() {
            Some(Some(ty)) => ways.push(format!("return {}", self.stored(&ty, 2))),
            Some(None) => ways.push("return".to_owned()),
            None => {}
        }
        if ways.is_empty() {
            return self.assignment();
        }
        let way = ways[self.choices.below(ways.len())].clone();
        let condition = self.varying(&Ty::BOOL, 2);
        self.line(&format!("if {condition} {{ {way}; }}"));
    }

    fn branch(&mut self, depth: usize) {
        let condition = self.varying(&Ty::BOOL, 3);
        self.line(&format!("if {condition} {{"));
        self.block(depth, 3);
        if self.choices.once_in(3) {
            let condition = self.varying(&Ty::BOOL, 2);
            self.line(&format!("}} else if {condition} {{"));
            self.block(depth, 3);
        }
        if self.choices.below(2) == 1 {
            self.line("} else {");
            self.block(depth, 3);
        }
        self.line("}");
    }

    fn switch(&mut self, depth: usize) {
        let scalar = self.choices.of(&[U32, I32]);
        let selector = self.varying(&Ty::Vector(scalar, 1), 2);
        let (suffix, mask) = if scalar == U32 { ("u", "7u") } else { ("i", "7i") };
        self.line(&format!("switch ({selector} & {mask}) {{"));
        let (outer, mut label) = (self.can_break, 0);
        let cases = self.choices.below(4);
        let default_at = self.choices.below(cases + 1);
        for case in 0..=cases {
            if case == default_at && self.choices.below(3) > 0 {
                self.line("default: {");
            } else {
                let mut labels: Vec<String> = Vec::new();
                for _ in 0..1 + self.choices.below(2) {
                    labels.push(format!("{label}{suffix}"));
                    label += 1;
                }
                if case == default_at {
                    labels.push("default".to_owned());
                }
                self.line(&format!("case {}: {{", labels.join(", ")));
            }
            self.can_break = true;
            self.block(depth, 2);
            self.line("}");
        }
        self.can_break = outer;
        self.line("}");
    }

    /// A loop that ends after a few iterations.
    fn a_loop(&mut self, depth: usize) {
        let counter = self.name("t");
        let vars = self.vars.len();
        let limit = match self.choices.below(3) {
            0 => format!("{}u", 1 + self.choices.below(4)),
            // Long enough that invocations drift far apart.
            1 if self.loops == 0 => format!("({} & 63u)", self.varying(&Ty::U, 1)),
            _ => format!("({} & 3u)", self.varying(&Ty::U, 1)),
        };
        let (could_break, could_continue) = (self.can_break, self.can_continue);
        let kind = self.choices.below(4);
        match kind {
            0 | 1 => self.line(&format!("for (var {counter} = 0u; {counter} < {limit}; {counter}++) {{")),
            2 => {
                let condition = self.varying(&Ty::Vector(Bool, 1), 2);
                self.line(&format!("var {counter} = 0u;\nwhile ({counter} < {limit}) && {condition} {{"));
                self.line(&format!("{counter}++;"));
            }
            _ => {
                self.line(&format!("var {counter} = 0u;\nloop {{"));
                self.line(&format!("if {counter} >= {limit} {{ break; }}\n{counter}++;"));
            }
        }
        self.declare(&counter, Ty::U, false, Space::Value);
        (self.can_break, self.can_continue) = (true, true);
        self.loops += 1;
        self.block(depth, 4);
        if kind == 3 && self.choices.below(2) == 1 {
            (self.can_break, self.can_continue) = (false, false);
            let returns = self.returns.take();
            self.line("continuing {");
            let inner = self.vars.len();
            for _ in 0..self.choices.below(3) {
                self.statement(depth.min(1));
            }
            if self.choices.below(2) == 1 {
                let condition = self.varying(&Ty::BOOL, 2);
                self.line(&format!("break if {condition};"));
            }
            self.line("}");
            self.vars.truncate(inner);
            self.returns = returns;
        }
        self.line("}");
        self.loops -= 1;
        (self.can_break, self.can_continue) = (could_break, could_continue);
        self.vars.truncate(vars);
    }
}
