//! What a person does in a window: finds things by what they are and what they are called, as a screen reader tells them, and clicks, types
//! and presses keys. Promises real input events, and that nothing is clicked that a person could not hit: what is hidden or covered is
//! refused. Works the same with and without scripts.

use super::window::Window;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// Something in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element(u64);

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// On to the next.
    Tab,
    /// Back to the one before.
    ShiftTab,
    /// Follow or send.
    Enter,
    /// Press or tick.
    Space,
    /// Away with it.
    Escape,
    /// Down, or the next of a group.
    Down,
    /// Up, or the one before.
    Up,
    /// A letter, as typed into a list.
    Letter(char),
}

impl Key {
    /// Its name, its code, the text it makes, and the keys held with it (8 is Shift).
    fn parts(self) -> (String, u32, String, u32) {
        let (name, code, text, held) = match self {
            Key::Tab => ("Tab", 9, "", 0),
            Key::ShiftTab => ("Tab", 9, "", 8),
            Key::Enter => ("Enter", 13, "\r", 0),
            Key::Space => (" ", 32, " ", 0),
            Key::Escape => ("Escape", 27, "", 0),
            Key::Down => ("ArrowDown", 40, "", 0),
            Key::Up => ("ArrowUp", 38, "", 0),
            Key::Letter(letter) => {
                return (letter.to_string(), u32::from(letter.to_ascii_uppercase()), letter.into(), 0);
            }
        };
        (name.to_owned(), code, text.to_owned(), held)
    }
}

/// Where a click hits this element itself, or else a label of it; nothing where something else is in the way.
const POINT: &str = "function() {
  this.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
  const hit = (element) => {
    const box = element.getClientRects()[0];
    if (!box || !element.checkVisibility({ visibilityProperty: true })) return null;
    const point = [box.x + box.width / 2, box.y + box.height / 2];
    const there = document.elementFromPoint(...point);
    return there && element.contains(there) ? point : null;
  };
  return hit(this) ?? [...(this.labels ?? [])].map(hit).find(Boolean) ?? null;
}";

/// Puts a text into a field that has no letters to be typed: dates, months, times.
const SET: &str = "function(text) {
  if (!['date', 'month', 'time', 'week', 'datetime-local', 'range', 'color'].includes(this.type)) return false;
  this.value = text;
  this.dispatchEvent(new Event('input', { bubbles: true }));
  this.dispatchEvent(new Event('change', { bubbles: true }));
  return this.value === text;
}";

impl Window {
    /// The one visible element of this role that is called so, or whose name begins so, once there is one. Links of one name that lead to
    /// one place are one.
    ///
    /// # Errors
    /// When there is none in time, or more than one.
    pub async fn find(&self, role: &str, name: &str) -> Result<Element> {
        let what = format!("a {role} called {name:?}");
        // What HTML calls a summary has no name among roles but Chromium's own.
        let role = if role == "summary" { "DisclosureTriangle" } else { role };
        self.until(&what, async || {
            let nodes = self.nodes(json!({ "role": role })).await?;
            let those = |fits: &dyn Fn(&str) -> bool| -> Vec<Element> {
                nodes.iter().filter(|(known, _)| fits(known)).map(|(_, element)| *element).collect()
            };
            let exact = those(&|known| known == name);
            let found = if exact.is_empty() { those(&|known| known.starts_with(name)) } else { exact };
            only(&self.places(found).await?, &what)
        })
        .await
    }

    /// The field with this label, once there is one.
    ///
    /// # Errors
    /// When there is none in time, or more than one.
    pub async fn field(&self, label: &str) -> Result<Element> {
        let what = format!("a field labelled {label:?}");
        self.until(&what, async || {
            let mut fields = Vec::new();
            for (_, element) in self.nodes(json!({ "accessibleName": label })).await? {
                let is_field =
                    self.call(element, "function() { return this.matches?.('input, select, textarea') }", &[]);
                if is_field.await? == true {
                    fields.push(element);
                }
            }
            only(&fields, &what)
        })
        .await
    }

    /// Clicks, or taps where fingers are used.
    ///
    /// # Errors
    /// When it is hidden or covered, or gone.
    pub async fn click(&self, element: Element) -> Result<()> {
        let [x, y] = self.point(element).await?;
        if self.how().screen.is_touched() {
            self.touch("touchStart", json!([{ "x": x, "y": y }])).await?;
            return self.touch("touchEnd", json!([])).await;
        }
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let order = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
            self.order("Input.dispatchMouseEvent", order).await?;
        }
        Ok(())
    }

    /// Puts the focus on it, if a click would hit it. For lists: a click opens those in a window of the system's own.
    ///
    /// # Errors
    /// When it is hidden or covered, or gone.
    pub async fn focus(&self, element: Element) -> Result<()> {
        self.point(element).await?;
        self.order("DOM.focus", json!({ "backendNodeId": element.0 })).await.map(drop)
    }

    /// Where a click hits it, once it can be hit.
    async fn point(&self, element: Element) -> Result<[f64; 2]> {
        let point = self.until("what can be clicked", async || {
            Ok(Some(self.call(element, POINT, &[]).await?).filter(|point| !point.is_null()))
        });
        Ok(serde_json::from_value(point.await?)?)
    }

    async fn touch(&self, kind: &str, points: Value) -> Result<()> {
        self.order("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await.map(drop)
    }

    /// Presses a key and lets it go.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub async fn press(&self, key: Key) -> Result<()> {
        let (name, code, text, held) = key.parts();
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for kind in [down, "keyUp"] {
            let mut order = json!({ "type": kind, "key": name, "windowsVirtualKeyCode": code, "modifiers": held });
            if kind == "keyDown" {
                order["text"] = text.as_str().into();
            }
            self.order("Input.dispatchKeyEvent", order).await?;
        }
        Ok(())
    }

    /// Whether it has the focus.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn has_focus(&self, element: Element) -> Result<bool> {
        Ok(self.call(element, "function() { return document.activeElement === this }", &[]).await? == true)
    }

    /// Whether it is of a group of choices that has the focus: arrow keys go on from there.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn is_next_to_focus(&self, element: Element) -> Result<bool> {
        let of_group = "function() {
          const at = document.activeElement;
          return this.type === 'radio' && at?.type === 'radio' && at.name === this.name && at.form === this.form;
        }";
        Ok(self.call(element, of_group, &[]).await? == true)
    }

    /// Replaces what stands in the field that has the focus.
    ///
    /// # Errors
    /// When it takes no text, or not this one.
    pub async fn replace(&self, field: Element, text: &str) -> Result<()> {
        ensure!(self.has_focus(field).await?, "the field does not have the focus");
        if self.call(field, SET, &[text]).await? == true {
            return Ok(());
        }
        self.call(field, "function() { this.select?.() }", &[]).await?;
        self.order("Input.insertText", json!({ "text": text })).await?;
        let value = self.call(field, "function() { return this.value }", &[]).await?;
        ensure!(value == text, "the field holds {value}, not {text:?}");
        Ok(())
    }

    /// Chooses from the list that has the focus, as one types the beginning of what one wants.
    ///
    /// # Errors
    /// When there is no such choice.
    pub async fn choose(&self, list: Element, option: &str) -> Result<()> {
        ensure!(self.has_focus(list).await?, "the list does not have the focus");
        for letter in option.chars() {
            self.press(Key::Letter(letter)).await?;
        }
        let chosen = self.call(list, "function() { return this.selectedOptions?.[0]?.label ?? '' }", &[]).await?;
        let is_chosen = chosen.as_str().is_some_and(|chosen| chosen.starts_with(option));
        ensure!(is_chosen, "the list holds {chosen}, not {option:?}");
        Ok(())
    }

    /// Calls a function with the element as `this`.
    async fn call(&self, element: Element, function: &str, arguments: &[&str]) -> Result<Value> {
        let node = self.order("DOM.resolveNode", json!({ "backendNodeId": element.0 })).await?;
        let arguments: Vec<Value> = arguments.iter().map(|argument| json!({ "value": argument })).collect();
        let order = json!({
            "functionDeclaration": function, "objectId": node["object"]["objectId"], "arguments": arguments,
            "returnByValue": true,
        });
        let told = self.order("Runtime.callFunctionOn", order).await?;
        ensure!(told["exceptionDetails"].is_null(), "{function} throws {}", told["exceptionDetails"]);
        Ok(told["result"]["value"].clone())
    }

    /// The elements without those that lead where one before them leads.
    async fn places(&self, elements: Vec<Element>) -> Result<Vec<Element>> {
        let (mut known, mut places) = (Vec::new(), Vec::new());
        for element in elements {
            let leads = self.call(element, "function() { return this.href ?? null }", &[]).await?;
            if leads.is_null() || !known.contains(&leads) {
                places.push(element);
            }
            known.push(leads);
        }
        Ok(places)
    }

    /// What the accessibility tree holds of a role or name, as names and elements.
    async fn nodes(&self, mut query: Value) -> Result<Vec<(String, Element)>> {
        let document = self.order("DOM.getDocument", json!({ "depth": 0 })).await?;
        query["nodeId"] = document["root"]["nodeId"].clone();
        let told = self.order("Accessibility.queryAXTree", query).await?;
        let nodes = told["nodes"].as_array().context("a tree has nodes")?;
        let told = nodes.iter().filter(|node| node["ignored"] != true);
        Ok(told
            .filter_map(|node| {
                let name = node["name"]["value"].as_str().unwrap_or_default().to_owned();
                Some((name, Element(node["backendDOMNodeId"].as_u64()?)))
            })
            .collect())
    }
}

/// The only one of them, nothing of none.
fn only(elements: &[Element], what: &str) -> Result<Option<Element>> {
    match elements {
        [] => Ok(None),
        [element] => Ok(Some(*element)),
        _ => bail!("{} times {what}", elements.len()),
    }
}
