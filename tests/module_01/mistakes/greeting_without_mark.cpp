  return "Hello, " + name;
