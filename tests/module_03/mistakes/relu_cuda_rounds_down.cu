relu_kernel<<<n / 256, 256, 0, stream>>>(x, y, n);
