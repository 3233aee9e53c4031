function bad(db, id) {
  db.query("SELECT * FROM account WHERE id = " + id); // flag
  db.query(`SELECT * FROM account WHERE id = ${id}`); // flag
}
function good(db, id) {
  db.query("SELECT * FROM account WHERE id = ?", [id]);
  db.query(`SELECT * FROM account WHERE id = ${Number(id)}`);
}
