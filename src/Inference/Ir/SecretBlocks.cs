using System.Runtime.CompilerServices;

namespace Inference.Ir;

/// <summary>
/// The blocks that hold copies of a decrypted model's constants: zeroed on dispose, or when the garbage collector takes them before. Thread-safe.
/// </summary>
internal sealed class SecretBlocks : IDisposable
{
    [ThreadStatic]
    private static SecretBlocks? t_current;

    private readonly ConditionalWeakTable<PinnedBlock, Eraser> _erasers = [];

    /// <summary>Until the scope ends, blocks that this thread allocates for tensors belong to <paramref name="blocks"/>; null for none.</summary>
    public static Scope Enter(SecretBlocks? blocks)
    {
        var scope = new Scope(t_current);
        t_current = blocks;
        return scope;
    }

    /// <summary>Called for each block that is allocated for a tensor.</summary>
    public static void Note(PinnedBlock block)
    {
        if (t_current is { } current)
        {
            current._erasers.Add(block, new Eraser(block));
        }
    }

    public void Dispose()
    {
        foreach ((_, Eraser eraser) in _erasers)
        {
            eraser.Erase();
        }
    }

    /// <summary>Brings back what the thread had before.</summary>
    public readonly ref struct Scope(SecretBlocks? outer)
    {
        public void Dispose() => t_current = outer;
    }

    // Refers to the block's memory, not to the block: it dies with the block, and erases what it leaves.
    private sealed class Eraser(PinnedBlock block)
    {
        private readonly object _memory = block.Memory;

        public void Erase() => PinnedBlock.Erase(_memory);

#if !GUARD_PAGES
        ~Eraser() => Erase();
#endif
    }
}
