app.get("/f", async (req, res) => {
  await fetch(req.query.url); // flag
  await fetch("https://rates.example.com/");
});
