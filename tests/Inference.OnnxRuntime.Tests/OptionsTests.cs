using Inference.OnnxRuntime.Tests.Support;
using Inference.Providers;
using Inference.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.OnnxRuntime.Tests;

public class OptionsTests
{
    [OrtFact]
    public void Load_UnknownExecutionProvider_ListsThoseThereAre()
    {
        var options = new OnnxRuntimeOptions { ExecutionProviders = { new OnnxRuntimeExecutionProvider { Name = "Quantum" } } };
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OrtModel.Load(Models.AddOne, options, "m"));
        Assert.Equal(OnnxRuntimeErrorCode.NotFound, error.Code);
        Assert.StartsWith("Model 'm': the execution provider 'Quantum' is not in", error.Message, StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_CpuExecutionProviderByName_IsTaken()
    {
        var options = new OnnxRuntimeOptions { ExecutionProviders = { new OnnxRuntimeExecutionProvider { Name = "CPUExecutionProvider" } } };
        OrtModel.Load(Models.AddOne, options).Dispose();
    }

    [OrtFact]
    public void Load_UnknownSessionOption_Throws()
    {
        var options = new OnnxRuntimeOptions { SessionConfig = { ["sesion.use_env_allocators"] = "1" } };
        OnnxRuntimeException error = Assert.Throws<OnnxRuntimeException>(() => OrtModel.Load(Models.AddOne, options, "m"));
        Assert.StartsWith("Model 'm': the session option 'sesion.use_env_allocators' is unknown to ONNX Runtime", error.Message, StringComparison.Ordinal);
    }

    [OrtFact]
    public void Load_OptimizedModelPath_WritesTheGraph()
    {
        using var folder = new TemporaryFolder();
        var options = new OnnxRuntimeOptions { OptimizedModelPath = folder.File("optimized.onnx") };
        OrtModel.Load(Models.AddOne, options).Dispose();
        OrtModel.Load(File.ReadAllBytes(folder.File("optimized.onnx")), new OnnxRuntimeOptions()).Dispose();
    }

    [OrtFact]
    public void Load_EveryOptionSet_Runs()
    {
        var options = new OnnxRuntimeOptions
        {
            IntraOpThreads = 2,
            InterOpThreads = 2,
            AllowSpinning = false,
            GraphOptimization = GraphOptimizationLevel.Extended,
            EnableCpuMemoryArena = false,
            EnableMemoryPattern = false,
            LogLevel = OnnxRuntimeLogLevel.Fatal,
            SessionConfig = { ["session.set_denormal_as_zero"] = "1" },
            FreeDimensions = { ["n"] = 3 },
        };
        using OrtModel model = OrtModel.Load(Models.AddOne, options);
        using NamedValues y = model.Run(new NamedValues { ["x"] = TensorValue.Copy(new float[6], [3, 2]) });
        Assert.Equal(1f, y["y"].AsSpan<float>()[5]);
    }

    [Fact]
    public void Provider_OptionOutOfRange_NamesIt()
    {
        OptionsValidationException error = Assert.Throws<OptionsValidationException>(() => new OnnxRuntimeProvider(new OnnxRuntimeOptions { IntraOpThreads = -1 }));
        Assert.Contains("IntraOpThreads", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<OptionsValidationException>(() => new OnnxRuntimeProvider(new OnnxRuntimeOptions { GlobalThreadPool = new() { InterOpThreads = 5000 } }));
        Assert.Contains("InterOpThreads", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddOnnxRuntimeProvider_Twice_RegistersOnce()
    {
        var services = new ServiceCollection();
        services.AddOnnxRuntimeProvider(static options => options.IntraOpThreads = 3).AddOnnxRuntimeProvider();
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("onnxruntime", Assert.Single(provider.GetServices<ExecutionProvider>()).Name);
        Assert.Equal(3, provider.GetRequiredService<IOptions<OnnxRuntimeOptions>>().Value.IntraOpThreads);
    }

    [Fact]
    public void AddOnnxRuntimeProvider_OptionOutOfRange_FailsOnRead()
    {
        var services = new ServiceCollection();
        services.AddOnnxRuntimeProvider(static options => options.InterOpThreads = -5);
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<OnnxRuntimeOptions>>().Value);
    }
}
