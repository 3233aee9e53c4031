app.get("/f", (req, res) => {
  res.redirect(req.query.next); // flag
  res.redirect("/login");
});
