package io.github.logitlens.tools.explore;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets one run compute at a time, in the order of arrival, and a newer run of a page take the place of its older one.
final class RunQueue {

    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /// The first computes, the others wait.
    private final Deque<Ticket> tickets = new ArrayDeque<>();

    /// A queue.
    ///
    /// @param limit runs that compute or wait, at most
    RunQueue(int limit) {
        this.limit = limit;
    }

    /// One run's place. To be closed.
    final class Ticket implements AutoCloseable {

        private final String page;
        private volatile boolean cancelled;

        private Ticket(String page) {
            this.page = page;
        }

        /// Waits until it is this run's turn.
        ///
        /// @throws Refusal if it was cancelled, or a newer run of the page came meanwhile
        void await() {
            lock.lock();
            try {
                while (tickets.peekFirst() != this) {
                    check();
                    changed.awaitUninterruptibly();
                }
                check();
            } finally {
                lock.unlock();
            }
        }

        /// Goes on, or ends a run that nobody waits for any more.
        ///
        /// @throws Refusal if it was cancelled, or a newer run of the page came meanwhile
        void check() {
            if (cancelled) {
                throw Refusal.cancelled();
            }
        }

        /// Lets the run end at its next check: nobody waits for it any more.
        void cancel() {
            lock.lock();
            try {
                cancelled = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /// Leaves the queue.
        @Override
        public void close() {
            lock.lock();
            try {
                tickets.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// How many compute or wait.
    int length() {
        lock.lock();
        try {
            return tickets.size();
        } finally {
            lock.unlock();
        }
    }

    /// Takes a place, and cancels the page's older runs.
    ///
    /// @param page what the page calls itself; the empty name is nobody's
    /// @throws Refusal if all places are taken
    Ticket enter(String page) {
        lock.lock();
        try {
            int others = 0;
            for (Ticket ticket : tickets) {
                if (!page.isEmpty() && ticket.page.equals(page)) {
                    ticket.cancelled = true;
                }
                others += ticket.cancelled ? 0 : 1;
            }
            changed.signalAll();
            if (others >= limit) {
                throw Refusal.busy(limit);
            }
            Ticket ticket = new Ticket(page);
            tickets.add(ticket);
            return ticket;
        } finally {
            lock.unlock();
        }
    }
}
