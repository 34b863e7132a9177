namespace Inference.Kernels.Threading;

/// <summary>Work that is cut into numbered blocks, each run once, in any order and on any thread.</summary>
internal interface IBlockAction
{
    /// <summary>Runs one block.</summary>
    /// <param name="block">Number of the block, 0 to count − 1.</param>
    void Invoke(int block);
}
