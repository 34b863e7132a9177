using System.Text.RegularExpressions;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Architecture;

/// <summary>Memory that pointers reach is asked for in few places, so that guard pages (eng/guard.sh) stand around all of it.</summary>
public sealed partial class AllocationTests
{
    private static readonly string[] s_places =
    [
        "Inference.Abstractions/Values/TensorBlock.cs",
        "Inference.Kernels/Memory/NativeAllocation.cs", "Inference.Kernels/Memory/NativeHeap.cs",
        // Copies of files beyond the length of an array; constants under guard pages are copies of their own (PinnedBlock.IsExact).
        "Inference.Onnx/Files/FileContent.cs",
        "Inference/Ir/PinnedBlock.cs",
        // Machine code, which is no data of a model.
        "Inference.Kernels/Emit/ExecutablePage.cs",
        // Memory handed to native code, which no kernel of ours reads or writes.
        "Inference.OnnxRuntime/Native/TensorSlot.cs",
        // Keys: what the collector moves leaves copies behind.
        "Inference.Abstractions/Security/EnvelopeProtector.cs",
        "Inference.Onnx/Encryption/ContainerReader.cs",
        "Inference.Onnx/Serialization/EncryptedModel.cs",
        "Inference/Security/LocalKey.cs",

        // Counters and bounds of bins, which are no data of a model, and whose vectors must not cross cache lines.
        "Inference.Monitoring/Collection/AlignedArray.cs",
    ];

    [Fact]
    public void UnmovableMemory_IsAskedForOnlyInItsPlaces()
    {
        string source = Path.Combine(TestData.RepositoryRoot!, "src");
        string[] found =
        [
            .. Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
                .Select(file => (File: file, Name: Path.GetRelativePath(source, file).Replace('\\', '/')))
                .Where(f => !f.Name.Contains("/obj/", StringComparison.Ordinal) && !f.Name.Contains("/bin/", StringComparison.Ordinal) && Request().IsMatch(File.ReadAllText(f.File)))
                .Select(f => f.Name)
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(s_places.Order(StringComparer.Ordinal), found);
    }

    [GeneratedRegex(@"NativeMemory\.\w*Alloc|Marshal\.(Re)?Alloc|pinned: *true|GCHandleType\.Pinned|EntryPoint = ""(mmap|malloc|posix_memalign)""|VirtualAlloc\(")]
    private static partial Regex Request();
}
