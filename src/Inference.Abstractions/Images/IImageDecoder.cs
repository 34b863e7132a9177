namespace Inference.Images;

/// <summary>
/// Decodes images for the ONNX operator ImageDecoder (opset 20). Thread-safe. The package Inference.Images provides an implementation; it is taken from the services
/// (<c>AddImages</c>), from a loader's constructor or from <see cref="ModelLoadOptions.Images"/>.
/// </summary>
public interface IImageDecoder
{
    /// <summary>The formats that it decodes, as shown in messages: "JPEG, PNG or BMP".</summary>
    string Formats { get; }

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The bytes of the file; read only during the call.</param>
    /// <param name="cancellationToken">Cancelled when the call is cancelled or its time limit is reached. Check it every few milliseconds of work.</param>
    /// <returns>The pixels.</returns>
    /// <exception cref="FormatException">The bytes are not an image of these formats, or the image is damaged; the message describes what was received, such as "a PNG of 3 bits a channel".</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    DecodedImage Decode(ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken = default);
}
