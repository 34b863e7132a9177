using Inference.Onnx.Tests.Support;
using Inference.TestSupport;

namespace Inference.Onnx.Tests;

public class CheckerTests
{
    private const string CheckAll = """
        import sys, os, onnx, onnx.checker
        bad = []
        for name in sorted(os.listdir(sys.argv[1])):
            if name.endswith(".onnx"):
                path = os.path.join(sys.argv[1], name)
                try:
                    onnx.checker.check_model(path, full_check=len(sys.argv) > 2)
                except Exception as e:
                    bad.append(name + ": " + str(e))
        print("\n".join(bad), end="")
        """;

    [PythonOnnxFact]
    public void Save_SmallModels_PassChecker()
    {
        using var folder = new TemporaryFolder();
        SmallModels.Linear().Save(folder.File("linear.onnx"));
        SmallModels.Varied().Save(folder.File("varied.onnx"));
        SmallModels.Linear(64, 64).Save(folder.File("external.onnx"), new() { ExternalDataThreshold = 1024 });
        Assert.True(File.Exists(folder.File("external.onnx.data")));
        Assert.Equal("", PythonOnnx.Run(CheckAll, folder.Path));
    }

    [PythonOnnxFact]
    public void Save_ExternalData_PythonReadsSameWeights()
    {
        using var folder = new TemporaryFolder();
        var model = SmallModels.Linear(64, 64);
        model.Save(folder.File("m.onnx"), new() { ExternalDataThreshold = 16 });
        const string Script = """
            import sys, onnx, onnx.numpy_helper as h
            m = onnx.load(sys.argv[1])
            print(",".join(repr(float(v)) for v in h.to_array(m.graph.initializer[0]).flatten()[:300]), end="")
            """;
        var want = string.Join(',', model.Graph.Initializers[0].ToArray<float>()[..300].Select(v => v.ToString("0.0###")));
        Assert.Equal(want, PythonOnnx.Run(Script, folder.File("m.onnx")));
    }

    [PythonOnnxFact]
    public void ToArray_TypedTensors_PythonReadsSameValues()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.pb"), new OnnxTensor { ElementType = OnnxElementType.Int8, Dims = [3], Int32Data = [-1, 2, 127] }.ToArray());
        File.WriteAllBytes(folder.File("b.pb"), new OnnxTensor { ElementType = OnnxElementType.UInt32, Dims = [1], UInt64Data = [4_000_000_000] }.ToArray());
        File.WriteAllBytes(folder.File("c.pb"), OnnxTensor.Create<Half>("c", [(Half)1.5f, (Half)(-2f)], 2).ToArray());
        File.WriteAllBytes(folder.File("d.pb"), OnnxTensor.Create<bool>("d", [true, false], 2).ToArray());
        File.WriteAllBytes(folder.File("e.pb"), OnnxTensor.Create<double>("e", [0.25]).ToArray());
        const string Script = """
            import sys, onnx, onnx.numpy_helper as h
            for n in "abcde":
                t = onnx.TensorProto(); t.ParseFromString(open(sys.argv[1] + "/" + n + ".pb", "rb").read())
                a = h.to_array(t); print(a.dtype, a.tolist())
            """;
        Assert.Equal("int8 [-1, 2, 127]\nuint32 [4000000000]\nfloat16 [1.5, -2.0]\nbool [True, False]\nfloat64 0.25\n", PythonOnnx.Run(Script, folder.Path));
    }

    [PythonOnnxFact("models")]
    public void Save_SharedModelsOfOldEnoughVersions_PassCheckerAsBefore()
    {
        using var before = new TemporaryFolder();
        using var after = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(TestData.Path("models"), "*.onnx", SearchOption.AllDirectories))
        {
            using var model = OnnxModel.Load(file);
            if (model.IrVersion <= 8 && model.GetOperatorSetVersion() is null or <= 17)
            {
                var name = Path.GetRelativePath(TestData.Path("models"), file).Replace(Path.DirectorySeparatorChar, '_');
                File.Copy(file, before.File(name));
                model.Save(after.File(name));
            }
        }

        Assert.True(Directory.GetFiles(after.Path).Length > 20);
        Assert.Equal(PythonOnnx.Run(CheckAll, before.Path), PythonOnnx.Run(CheckAll, after.Path));
    }
}
