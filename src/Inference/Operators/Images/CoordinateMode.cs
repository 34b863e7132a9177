namespace Inference.Operators.Images;

/// <summary>How a position of the resized axis maps to one of the original axis.</summary>
internal enum CoordinateMode
{
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    TfHalfPixelForNearest,
    TfCropAndResize,
}
