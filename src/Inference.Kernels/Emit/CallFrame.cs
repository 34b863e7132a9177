namespace Inference.Kernels.Emit;

/// <summary>
/// Begin and end of an emitted function of one pointer. System V passes it in rdi and lets a callee use all vector registers. Windows passes it in rcx and wants rsi, rdi and
/// xmm6–15 back.
/// </summary>
internal static class CallFrame
{
    /// <summary>Saves what the caller wants back, and brings the argument to rdi.</summary>
    /// <param name="s">The assembler.</param>
    /// <param name="all">Whether r13 to r15 are used as well as rbx, rbp and r12.</param>
    public static void Enter(Assembler s, bool all)
    {
        s.Push(Gpr.Rbx);
        s.Push(Gpr.Rbp);
        s.Push(Gpr.R12);
        if (all)
        {
            s.Push(Gpr.R13);
            s.Push(Gpr.R14);
            s.Push(Gpr.R15);
        }

        if (OperatingSystem.IsWindows())
        {
            s.Push(Gpr.Rsi);
            s.Push(Gpr.Rdi);
            s.Move(Gpr.Rdi, Gpr.Rcx);
            s.Subtract(Gpr.Rsp, 160);
            for (int x = 6; x < 16; x++)
            {
                s.SpillXmm(x, 16 * (x - 6), store: true);
            }
        }
    }

    /// <summary>The reverse of <see cref="Enter"/>, and the return.</summary>
    public static void Leave(Assembler s, bool all)
    {
        s.ZeroUpper();
        if (OperatingSystem.IsWindows())
        {
            for (int x = 6; x < 16; x++)
            {
                s.SpillXmm(x, 16 * (x - 6), store: false);
            }

            s.Add(Gpr.Rsp, 160);
            s.Pop(Gpr.Rdi);
            s.Pop(Gpr.Rsi);
        }

        if (all)
        {
            s.Pop(Gpr.R15);
            s.Pop(Gpr.R14);
            s.Pop(Gpr.R13);
        }

        s.Pop(Gpr.R12);
        s.Pop(Gpr.Rbp);
        s.Pop(Gpr.Rbx);
        s.Return();
    }
}
