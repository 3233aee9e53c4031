const token = Math.random().toString(36); // flag
const colour = Math.random();
