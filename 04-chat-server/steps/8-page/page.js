"use strict";

// The path of the WebSocket is what follows the # in the page's address.
const socket = new WebSocket(`ws://${location.host}/${location.hash.slice(1)}`);

function show(text) {
  const line = document.createElement("li");
  line.textContent = text; // never innerHTML: it is a stranger's
  document.getElementById("lines").append(line);
}

socket.onmessage = (event) => show(event.data);
socket.onclose = () => show("(the connection is gone)");

document.getElementById("form").onsubmit = (event) => {
  event.preventDefault();
  const input = document.getElementById("input");
  socket.send(input.value);
  show(`me: ${input.value}`); // the server sends it to the others only
  input.value = "";
};
