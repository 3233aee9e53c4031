app.get("/f", (req, res) => {
  fs.readFile("/data/" + req.query.name, done); // flag
  fs.readFile("/data/rates.csv", done);
});
