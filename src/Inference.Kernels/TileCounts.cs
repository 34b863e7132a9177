using System.Runtime.CompilerServices;

namespace Inference.Kernels;

/// <summary>Counts as types, of so many bytes: <c>sizeof</c> makes them constants before the compiler looks at the branches that depend on them.</summary>
internal static class TileCounts
{
    [InlineArray(1)]
    internal struct One
    {
        private byte _element;
    }

    [InlineArray(2)]
    internal struct Two
    {
        private byte _element;
    }

    [InlineArray(3)]
    internal struct Three
    {
        private byte _element;
    }

    [InlineArray(4)]
    internal struct Four
    {
        private byte _element;
    }

    [InlineArray(5)]
    internal struct Five
    {
        private byte _element;
    }

    [InlineArray(6)]
    internal struct Six
    {
        private byte _element;
    }
}
