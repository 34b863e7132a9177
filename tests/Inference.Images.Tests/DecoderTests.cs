namespace Inference.Images.Tests;

public sealed class DecoderTests
{
    private static readonly ManagedImageDecoder s_decoder = new();

    [Fact]
    public void Decode_Pixmap_GivesItsPixels()
    {
        DecodedImage image = s_decoder.Decode(ImageModels.Pixmap);
        Assert.Equal((2, 1), (image.Width, image.Height));
        Assert.Equal([10, 20, 30, 200, 100, 50], image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_GraymapInText_ScalesToEightBits() => Assert.Equal([0, 0, 0, 255, 255, 255, 85, 85, 85], s_decoder.Decode("P2 3 1 # three\n 15 0 15 5"u8.ToArray()).Pixels.ToArray());

    [Fact]
    public void Decode_Bitmap_PutsTheLastRowFirst()
    {
        byte[] file = new byte[54 + 16];
        "BM"u8.CopyTo(file);
        (file[10], file[14], file[18], file[22], file[28]) = (54, 40, 1, 2, 24);

        // Rows of one pixel and a byte of padding, blue first, the bottom row first.
        file.AsSpan(54, 3).Fill(7);
        (file[58], file[59], file[60]) = (1, 2, 3);
        DecodedImage image = s_decoder.Decode(file);
        Assert.Equal([3, 2, 1, 7, 7, 7], image.Pixels.ToArray());
    }

    [Theory]
    [InlineData(new byte[] { (byte)'P', (byte)'6', (byte)' ', (byte)'9', (byte)'9', (byte)'9', (byte)'9', (byte)' ', (byte)'9', (byte)'9', (byte)'9', (byte)'9', (byte)' ', (byte)'9', (byte)'\n' })]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0x11, 0, 0xFF, 0xD9 })]
    public void Decode_MorePixelsThanData_IsRefused(byte[] data) => Assert.Throws<FormatException>(() => s_decoder.Decode(data));

    [Fact]
    public void Decode_UnknownFormat_IsRefused() => Assert.Equal("data of an unknown format", Assert.Throws<FormatException>(() => s_decoder.Decode(new byte[100])).Message);

    [Fact]
    public void Decode_DamagedFiles_AreRefusedOrDecoded()
    {
        var random = new Random(5);
        byte[][] heads = [[0xFF, 0xD8, 0xFF], [0x89, (byte)'P', (byte)'N', (byte)'G'], [(byte)'B', (byte)'M'], [(byte)'I', (byte)'I', (byte)'*', 0], [(byte)'P', (byte)'5', (byte)' ']];
        for (int i = 0; i < 2000; i++)
        {
            var data = new byte[random.Next(3, 300)];
            random.NextBytes(data);
            byte[] head = heads[i % heads.Length];
            head.AsSpan(0, Math.Min(head.Length, data.Length)).CopyTo(data);
            try
            {
                DecodedImage image = s_decoder.Decode(data);
                Assert.Equal(image.Width * image.Height * 3, image.Pixels.Length);
            }
            catch (FormatException)
            {
            }
        }
    }

    [Fact]
    public void Decode_Cancelled_Stops()
    {
        byte[] large = [.. "P5 4000 4000 255\n"u8, .. new byte[4000 * 4000]];
        Assert.Throws<OperationCanceledException>(() => s_decoder.Decode(large, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(2, 2, 11)]
    [InlineData(2, 2, 13)]
    public void DecodedImage_SizesThatDoNotFit_AreRefused(int width, int height, int bytes) => Assert.ThrowsAny<ArgumentException>(() => new DecodedImage(width, height, new byte[bytes]));
}
