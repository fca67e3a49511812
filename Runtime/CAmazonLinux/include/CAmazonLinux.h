// What executables built on a newer system must bring to start on Amazon Linux 2023.
float hypotf(float x, float y);
