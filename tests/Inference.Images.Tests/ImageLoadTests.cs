using Inference.Onnx;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Images.Tests;

public sealed class ImageLoadTests
{
    private static readonly ModelSource s_model = ModelSource.Bytes(ImageModels.Decoder());

    [Theory]
    [InlineData(null, new byte[] { 10, 20, 30, 200, 100, 50 })]
    [InlineData("RGB", new byte[] { 10, 20, 30, 200, 100, 50 })]
    [InlineData("BGR", new byte[] { 30, 20, 10, 50, 100, 200 })]
    [InlineData("Grayscale", new byte[] { 18, 124 })]
    public void Run_WithADecoder_GivesThePixels(string? format, byte[] expected)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(ImageModels.Decoder(format)), new ModelLoadOptions { Images = new ManagedImageDecoder() });
        Assert.Equal(expected, ImageModels.Run(runner, ImageModels.Pixmap, out long[] shape));
        Assert.Equal([1, 2, format == "Grayscale" ? 1 : 3], shape);
    }

    [Fact]
    public void Load_WithoutADecoder_NamesThePackage()
    {
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => ModelRunner.Load(s_model));
        Assert.Equal(["ai.onnx.ImageDecoder-20"], error.Operators);
        Assert.EndsWith(
            "ImageDecoder requires the package Inference.Images: add it and call services.AddImages(), or set ModelLoadOptions.Images to a ManagedImageDecoder.",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithoutADecoderAndMoreThatIsMissing_ListsBoth()
    {
        byte[] model = ImageModels.Model(new OnnxNode("ImageDecoder", ["encoded"], ["raw"]), new OnnxNode("NoSuchOperator", ["raw"], ["pixels"]));
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => ModelRunner.Load(ModelSource.Bytes(model)));
        Assert.Equal(2, error.Operators.Count);
        Assert.Contains("Inference.Images", error.Message, StringComparison.Ordinal);
        Assert.Contains("Add a provider that supports them", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ByALoaderWithADecoder_Runs()
    {
        var loader = new ModelLoader(images: new ManagedImageDecoder());
        using IModelRunner runner = loader.Load(s_model);
        Assert.Equal(6, ImageModels.Run(runner, ImageModels.Pixmap, out _).Length);
    }

    [Fact]
    public async Task AddImages_ForRegisteredModels_Runs()
    {
        var services = new ServiceCollection();
        services.AddImages();
        services.AddModel("images", o => o.Source = s_model);
        await using ServiceProvider provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredKeyedService<IModelRunner>("images");
        Assert.Equal(6, ImageModels.Run(runner, ImageModels.Pixmap, out _).Length);
    }

    [Fact]
    public async Task AddImages_BesideAnotherDecoder_KeepsIt()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IImageDecoder, OnePixel>();
        services.AddImages();
        services.AddModel("images", o => o.Source = s_model);
        await using ServiceProvider provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredKeyedService<IModelRunner>("images");
        Assert.Equal([1, 2, 3], ImageModels.Run(runner, ImageModels.Pixmap, out _));
    }

    [Fact]
    public void Load_DecoderOfTheOptions_GoesBeforeTheLoaders()
    {
        var loader = new ModelLoader(images: new ManagedImageDecoder());
        using IModelRunner runner = loader.Load(s_model, new ModelLoadOptions { Images = new OnePixel() });
        Assert.Equal([1, 2, 3], ImageModels.Run(runner, ImageModels.Pixmap, out _));
    }

    [Theory]
    [InlineData("P9", "data of an unknown format")]
    [InlineData("P6 99999 99999 255\n", "an image of 99999 × 99999 pixels; sizes must be greater than 0, with at most 268435456 pixels")]
    public void Run_DataThatIsNoImage_SaysWhatCame(string data, string got)
    {
        using IModelRunner runner = ModelRunner.Load(s_model, new ModelLoadOptions { Images = new ManagedImageDecoder() });
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => ImageModels.Run(runner, System.Text.Encoding.ASCII.GetBytes(data), out _));
        Assert.EndsWith($"input 0: expected a JPEG, PNG, BMP, TIFF or PNM image, got {got}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PastItsTime_Stops()
    {
        using IModelRunner runner = ModelRunner.Load(s_model, new ModelLoadOptions { Images = new ManagedImageDecoder(), MaxRunTime = TimeSpan.FromTicks(1) });
        Assert.Throws<DeadlineExceededException>(() => ImageModels.Run(runner, [.. "P5 4000 4000 255\n"u8, .. new byte[4000 * 4000]], out _));
    }

    [Fact]
    public void Run_PastItsTimeInsideADecoder_Stops()
    {
        using IModelRunner runner = ModelRunner.Load(s_model, new ModelLoadOptions { Images = new Endless(), MaxRunTime = TimeSpan.FromMilliseconds(20) });
        Assert.Throws<DeadlineExceededException>(() => ImageModels.Run(runner, ImageModels.Pixmap, out _));
    }

    private sealed class Endless : IImageDecoder
    {
        public string Formats => "any";

        public DecodedImage Decode(ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken)
        {
            cancellationToken.WaitHandle.WaitOne();
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private sealed class OnePixel : IImageDecoder
    {
        public string Formats => "any";

        public DecodedImage Decode(ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken) => new(1, 1, new byte[] { 1, 2, 3 });
    }
}
