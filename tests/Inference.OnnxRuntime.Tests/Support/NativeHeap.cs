using System.Runtime.InteropServices;

namespace Inference.OnnxRuntime.Tests.Support;

/// <summary>Bytes that native code holds of the C library's heap; counted by glibc, not known elsewhere.</summary>
internal static partial class NativeHeap
{
    /// <summary>The bytes in use; null where the C library does not say.</summary>
    public static long? BytesInUse()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint library) || !NativeLibrary.TryGetExport(library, "mallinfo2", out _))
        {
            return null;
        }

        Counts counts = Mallinfo2();
        return (long)(counts.InUse + counts.Mapped);
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial Counts Mallinfo2();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Counts
    {
        public readonly nuint Arena;
        public readonly nuint FreeBlocks;
        public readonly nuint FastBlocks;
        public readonly nuint MappedBlocks;
        public readonly nuint Mapped;
        public readonly nuint MaximumTotal;
        public readonly nuint FastFree;
        public readonly nuint InUse;
        public readonly nuint Free;
        public readonly nuint Trimmable;
    }
}
