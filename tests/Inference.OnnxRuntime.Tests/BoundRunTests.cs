using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests;

public class BoundRunTests
{
    [OrtFact]
    public void Run_InputRewritten_ReadsItAnew()
    {
        using OnnxRuntimeRunner runner = Load(Models.AddOne);
        float[] memory = [1, 2];
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Borrow<float>(memory, [1, 2]));
        bound.Run();
        Assert.Equal([2f, 3f], Output(bound));
        memory[0] = 10;
        bound.Run();
        Assert.Equal([11f, 3f], Output(bound));
    }

    [OrtFact]
    public void Run_SteadyState_AllocatesNothing()
    {
        using OnnxRuntimeRunner runner = Load(Models.AddOne);
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Copy(new float[64], [32, 2]));
        bound.Run();
        Assert.Equal(0, Allocated(() => bound.Run()));
    }

    [OrtFact]
    public void Run_SteadyStateWithToken_AllocatesNothing()
    {
        using OnnxRuntimeRunner runner = Load(Models.AddOne);
        using BoundRun bound = runner.Bind();
        using var cancellation = new CancellationTokenSource();
        bound.SetInput("x", TensorValue.Copy(new float[64], [32, 2]));
        bound.Run(cancellation.Token);
        Assert.Equal(0, Allocated(() => bound.Run(cancellation.Token)));
    }

    [OrtFact]
    public void ModelRun_FilledOutputs_AllocatesNothing()
    {
        using OnnxRuntimeModel model = OnnxRuntimeModel.Load(Models.AddOne);
        ModelValue[] inputs = [TensorValue.Copy(new float[64], [32, 2])];
        ModelValue?[] outputs = [TensorValue.Allocate(ElementType.Float, [32, 2])];
        model.Run(inputs, outputs);
        Assert.Equal(0, Allocated(() => model.Run(inputs, outputs)));
    }

    [OrtFact]
    public void Run_ShapeChanges_Follows()
    {
        using OnnxRuntimeRunner runner = Load(Models.AddOne);
        using BoundRun bound = runner.Bind();
        for (int rows = 3; rows >= 0; rows--)
        {
            bound.SetInput("x", TensorValue.Copy(new float[2 * rows], [rows, 2]));
            bound.Run();
            bound.Run();
            Assert.Equal(2 * rows, Output(bound).Length);
        }
    }

    [OrtFact]
    public void Run_OutputShapeDependsOnValues_Follows()
    {
        using OnnxRuntimeRunner runner = Load(Models.NonZero);
        using BoundRun bound = runner.Bind();
        long[] memory = [1, 0, 1];
        bound.SetInput("x", TensorValue.Borrow<long>(memory, [3]));
        bound.Run();
        Assert.Equal("int64[1,2]", bound.GetOutput("y").ToString());
        memory[1] = 1;
        bound.Run();
        Assert.Equal("int64[1,3]", bound.GetOutput("y").ToString());
        memory[0] = 0;
        bound.Run();
        Assert.Equal([1L, 2L], ((TensorValue)bound.GetOutput("y")).AsSpan<long>().ToArray());
    }

    [OrtFact]
    public void GetOutput_Retained_IsACopy()
    {
        using OnnxRuntimeRunner runner = Load(Models.AddOne);
        float[] memory = [1, 2];
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Borrow<float>(memory, [1, 2]));
        bound.Run();
        using var kept = (TensorValue)bound.GetOutput("y").Retain();
        memory[0] = 50;
        bound.Run();
        Assert.Equal([2f, 3f], kept.AsSpan<float>().ToArray());
        Assert.Equal([51f, 3f], Output(bound));
    }

    [OrtFact]
    public void Use_Wrongly_Throws()
    {
        using OnnxRuntimeRunner runner = Load(Models.AddOne);
        BoundRun bound = runner.Bind();
        Assert.Throws<InvalidInputException>(() => bound.SetInput("nope", TensorValue.Copy([1f], [1])));
        Assert.Throws<InvalidInputException>(() => bound.SetInput("x", TensorValue.Copy([1f], [1])));
        Assert.Throws<InvalidInputException>(() => bound.Run());
        Assert.Throws<InferenceException>(() => bound.GetOutput("y"));
        Assert.Throws<InferenceException>(() => bound.GetOutput("nope"));
        bound.Dispose();
        bound.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bound.Run());
    }

    [OrtFact]
    public void Run_RunnerDisposed_Throws()
    {
        OnnxRuntimeRunner runner = Load(Models.AddOne);
        using BoundRun bound = runner.Bind();
        bound.SetInput("x", TensorValue.Copy([1f, 2f], [1, 2]));
        runner.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bound.Run());
    }

    private static OnnxRuntimeRunner Load(byte[] model) => new OnnxRuntimeModelLoader().Load(ModelSource.Bytes(model), new ModelLoadOptions { Threads = 1 });

    private static float[] Output(BoundRun bound) => ((TensorValue)bound.GetOutput("y")).AsSpan<float>().ToArray();

    private static long Allocated(Action run)
    {
        for (int i = 0; i < 50; i++)
        {
            run();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            run();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
