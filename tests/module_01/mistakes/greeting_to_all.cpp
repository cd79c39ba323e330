  return "Hello, Ada!";
