// The hall's screen: everything is drawn by the server; this joins the wire.
import "./live.js";
